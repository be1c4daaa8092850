// SPDX-License-Identifier: Apache-2.0
//
// libnvidia-ml.so.1 behind dlopen: each symbol is looked up by itself, and a call whose symbol the loaded driver does
// not have answers CNVML_MISSING. No logic lives here. All calls for one library belong to one thread, but for
// cnvml_event_set_wait, which may run on a second one.

#ifndef CNVML_H
#define CNVML_H

#include "cnvml_types.h"

/// The loaded library does not export the symbol. The library's own codes are 0 and above.
enum { CNVML_MISSING = -1 };

// MARK: Entry points by the shape of their arguments: X(name of ours, symbol).

#define CNVML_TEXT_QUERIES(X) \
    X(name, "nvmlDeviceGetName") \
    X(uuid, "nvmlDeviceGetUUID") \
    X(serial, "nvmlDeviceGetSerial") \
    X(vbios_version, "nvmlDeviceGetVbiosVersion") \
    X(inforom_image_version, "nvmlDeviceGetInforomImageVersion") \
    X(board_part_number, "nvmlDeviceGetBoardPartNumber")

#define CNVML_U32_QUERIES(X) \
    X(minor_number, "nvmlDeviceGetMinorNumber") \
    X(index, "nvmlDeviceGetIndex") \
    X(brand, "nvmlDeviceGetBrand") \
    X(architecture, "nvmlDeviceGetArchitecture") \
    X(core_count, "nvmlDeviceGetNumGpuCores") \
    X(numa_node, "nvmlDeviceGetNumaNodeId") \
    X(module_id, "nvmlDeviceGetModuleId") \
    X(fan_count, "nvmlDeviceGetNumFans") \
    X(fan_speed, "nvmlDeviceGetFanSpeed") \
    X(power_usage, "nvmlDeviceGetPowerUsage") \
    X(power_limit_enforced, "nvmlDeviceGetEnforcedPowerLimit") \
    X(power_limit_management, "nvmlDeviceGetPowerManagementLimit") \
    X(power_limit_default, "nvmlDeviceGetPowerManagementDefaultLimit") \
    X(performance_state, "nvmlDeviceGetPerformanceState") \
    X(compute_mode, "nvmlDeviceGetComputeMode") \
    X(persistence_mode, "nvmlDeviceGetPersistenceMode") \
    X(pcie_generation, "nvmlDeviceGetCurrPcieLinkGeneration") \
    X(pcie_width, "nvmlDeviceGetCurrPcieLinkWidth") \
    X(pcie_generation_max, "nvmlDeviceGetMaxPcieLinkGeneration") \
    X(pcie_width_max, "nvmlDeviceGetMaxPcieLinkWidth") \
    X(pcie_replays, "nvmlDeviceGetPcieReplayCounter") \
    X(retired_pages_pending, "nvmlDeviceGetRetiredPagesPendingStatus") \
    X(mig_capacity, "nvmlDeviceGetMaxMigDeviceCount") \
    X(gpu_instance, "nvmlDeviceGetGpuInstanceId") \
    X(compute_instance, "nvmlDeviceGetComputeInstanceId")

#define CNVML_PAIR_QUERIES(X) \
    X(encoder_utilization, "nvmlDeviceGetEncoderUtilization") \
    X(decoder_utilization, "nvmlDeviceGetDecoderUtilization") \
    X(jpeg_utilization, "nvmlDeviceGetJpgUtilization") \
    X(ofa_utilization, "nvmlDeviceGetOfaUtilization") \
    X(ecc_mode, "nvmlDeviceGetEccMode") \
    X(mig_mode, "nvmlDeviceGetMigMode") \
    X(gsp_mode, "nvmlDeviceGetGspFirmwareMode") \
    X(power_limit_range, "nvmlDeviceGetPowerManagementLimitConstraints") \
    X(compute_capability, "nvmlDeviceGetCudaComputeCapability")

#define CNVML_U64_QUERIES(X) \
    X(energy, "nvmlDeviceGetTotalEnergyConsumption") \
    X(clock_event_reasons, "nvmlDeviceGetCurrentClocksEventReasons") \
    X(clock_throttle_reasons, "nvmlDeviceGetCurrentClocksThrottleReasons") \
    X(supported_events, "nvmlDeviceGetSupportedEventTypes")

// One number in, one number out: a sensor, a threshold, a clock domain, a fan.
#define CNVML_INDEXED_QUERIES(X) \
    X(temperature_of, "nvmlDeviceGetTemperature") \
    X(temperature_threshold, "nvmlDeviceGetTemperatureThreshold") \
    X(clock, "nvmlDeviceGetClockInfo") \
    X(clock_max, "nvmlDeviceGetMaxClockInfo") \
    X(clock_application, "nvmlDeviceGetApplicationsClock") \
    X(fan_speed_of, "nvmlDeviceGetFanSpeed_v2")

// One structure each: X(name, symbol, type). Versioned ones carry their version word in.
#define CNVML_STRUCT_QUERIES(X) \
    X(pci_info, "nvmlDeviceGetPciInfo_v3", cnvml_pci_info) \
    X(utilization, "nvmlDeviceGetUtilizationRates", cnvml_utilization) \
    X(memory, "nvmlDeviceGetMemoryInfo", cnvml_memory) \
    X(memory_v2, "nvmlDeviceGetMemoryInfo_v2", cnvml_memory_v2) \
    X(bar1, "nvmlDeviceGetBAR1MemoryInfo", cnvml_memory) \
    X(temperature, "nvmlDeviceGetTemperatureV", cnvml_temperature) \
    X(margin_temperature, "nvmlDeviceGetMarginTemperature", cnvml_margin_temperature) \
    X(fan_rpm, "nvmlDeviceGetFanSpeedRPM", cnvml_fan_speed) \
    X(fabric, "nvmlDeviceGetGpuFabricInfo", cnvml_fabric) \
    X(fabric_v2, "nvmlDeviceGetGpuFabricInfoV", cnvml_fabric_v2) \
    X(attributes, "nvmlDeviceGetAttributes_v2", cnvml_attributes)

#define CNVML_PROCESS_QUERIES(X) \
    X(compute_v3, "nvmlDeviceGetComputeRunningProcesses_v3") \
    X(compute_v2, "nvmlDeviceGetComputeRunningProcesses_v2") \
    X(compute_v1, "nvmlDeviceGetComputeRunningProcesses") \
    X(graphics_v3, "nvmlDeviceGetGraphicsRunningProcesses_v3") \
    X(graphics_v2, "nvmlDeviceGetGraphicsRunningProcesses_v2") \
    X(graphics_v1, "nvmlDeviceGetGraphicsRunningProcesses") \
    X(mps_v3, "nvmlDeviceGetMPSComputeRunningProcesses_v3") \
    X(mps_v2, "nvmlDeviceGetMPSComputeRunningProcesses_v2") \
    X(mps_v1, "nvmlDeviceGetMPSComputeRunningProcesses")

#define CNVML_NAME_OF(name, ...) CNVML_##name,
/// Every query about a device, so that "this device does not support it" can be remembered in one set of bits.
enum cnvml_query {
    CNVML_TEXT_QUERIES(CNVML_NAME_OF)
    CNVML_U32_QUERIES(CNVML_NAME_OF)
    CNVML_PAIR_QUERIES(CNVML_NAME_OF)
    CNVML_U64_QUERIES(CNVML_NAME_OF)
    CNVML_INDEXED_QUERIES(CNVML_NAME_OF)
    CNVML_STRUCT_QUERIES(CNVML_NAME_OF)
    CNVML_PROCESS_QUERIES(CNVML_NAME_OF)
    CNVML_field_values,
    CNVML_gsp_version,
    CNVML_ecc_errors,
    CNVML_remapped_rows,
    CNVML_query_count,
};
#undef CNVML_NAME_OF

typedef struct cnvml_library cnvml_library;

// MARK: Life. `path` is tried alone where it is not NULL; else the linker's name and places that cnvml_is_trusted holds good. On failure NULL, and why in `reason`.

cnvml_library *cnvml_open(const char *path, char *reason, size_t room);

/// Whether nobody but root and the caller could have put a file there: neither it nor a folder above it belongs to
/// another or may be written by everybody. 0 also where it is not there.
int cnvml_is_trusted(const char *path);

/// Lets go of the library. 1: its code is unmapped; 0: something else still holds it.
int cnvml_close(cnvml_library *library);

/// Where the loaded library really lies, links resolved. 1 or 0.
int cnvml_path(const cnvml_library *library, char *path, size_t room);

/// The symbol behind a query, for messages; NULL for none.
const char *cnvml_symbol(enum cnvml_query query);

/// Whether the loaded library exports what a query needs.
int cnvml_has(const cnvml_library *library, enum cnvml_query query);

/// Whether all of the four entry points of GPM are there.
int cnvml_has_gpm(const cnvml_library *library);

int cnvml_init(const cnvml_library *library);
int cnvml_shutdown(const cnvml_library *library);

// MARK: The system and handles

int cnvml_driver_version(const cnvml_library *library, char *text, uint32_t room);
int cnvml_nvml_version(const cnvml_library *library, char *text, uint32_t room);
int cnvml_cuda_version(const cnvml_library *library, int32_t *version);
int cnvml_device_count(const cnvml_library *library, uint32_t *count);
int cnvml_device_by_index(const cnvml_library *library, uint32_t index, cnvml_device *device);
int cnvml_device_by_bus_id(const cnvml_library *library, const char *bus_id, cnvml_device *device);
int cnvml_device_by_uuid(const cnvml_library *library, const char *uuid, cnvml_device *device);
int cnvml_mig_device(const cnvml_library *library, cnvml_device device, uint32_t index, cnvml_device *mig);
int cnvml_process_name(const cnvml_library *library, uint32_t pid, char *text, uint32_t room);

// MARK: Queries. A query of another shape than the function's answers CNVML_MISSING.

int cnvml_text(const cnvml_library *l, enum cnvml_query query, cnvml_device device, char *text, uint32_t room);
int cnvml_u32(const cnvml_library *l, enum cnvml_query query, cnvml_device device, uint32_t *value);
int cnvml_pair(const cnvml_library *l, enum cnvml_query query, cnvml_device device, uint32_t *a, uint32_t *b);
int cnvml_u64(const cnvml_library *l, enum cnvml_query query, cnvml_device device, uint64_t *value);
int cnvml_indexed(const cnvml_library *l, enum cnvml_query query, cnvml_device device, uint32_t of, uint32_t *value);
/// `processes` points to cnvml_process, or to cnvml_process_v1 for the queries that end in _v1.
int cnvml_processes(
    const cnvml_library *l, enum cnvml_query query, cnvml_device device, uint32_t *count, void *processes);

#define CNVML_DECLARE(name, symbol, type) \
    int cnvml_get_##name(const cnvml_library *library, cnvml_device device, type *into);
CNVML_STRUCT_QUERIES(CNVML_DECLARE)
#undef CNVML_DECLARE

int cnvml_field_values(const cnvml_library *library, cnvml_device device, int32_t count, cnvml_field_value *values);
/// `text` has room for 64 bytes.
int cnvml_gsp_version(const cnvml_library *library, cnvml_device device, char *text);
int cnvml_ecc_errors(const cnvml_library *l, cnvml_device device, uint32_t type, uint32_t window, uint64_t *count);
/// Four numbers: correctable, uncorrectable, pending, failed.
int cnvml_remapped_rows(const cnvml_library *library, cnvml_device device, uint32_t *four);

// MARK: GPM and events

int cnvml_gpm_query(const cnvml_library *library, cnvml_device device, cnvml_gpm_support *support);
int cnvml_gpm_sample_alloc(const cnvml_library *library, cnvml_gpm_sample *sample);
int cnvml_gpm_sample_free(const cnvml_library *library, cnvml_gpm_sample sample);
int cnvml_gpm_sample_get(const cnvml_library *library, cnvml_device device, cnvml_gpm_sample sample);
int cnvml_gpm_mig_sample_get(const cnvml_library *l, cnvml_device device, uint32_t instance, cnvml_gpm_sample sample);
int cnvml_gpm_metrics_get(const cnvml_library *library, cnvml_gpm_metrics *metrics);

int cnvml_event_set_create(const cnvml_library *library, cnvml_event_set *set);
int cnvml_event_set_free(const cnvml_library *library, cnvml_event_set set);
int cnvml_event_set_wait(const cnvml_library *l, cnvml_event_set set, cnvml_event *event, uint32_t milliseconds);
int cnvml_register_events(const cnvml_library *library, cnvml_device device, uint64_t types, cnvml_event_set set);

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Calls that give what the script has under their name. X(name, since) of symbols.h generates most of them; the
// guards for `since` are written by the preprocessor's only means, one macro for each driver that brought something.

#define _GNU_SOURCE
#include "calls.h"

#include <stdio.h>
#include <string.h>

#define HIDDEN __attribute__((visibility("hidden")))
// A symbol of a later driver gets hidden visibility, so dlsym does not find it.
#define SHOWN_0 EXPORT
#if FAKE_DRIVER >= 510
#define SHOWN_510 EXPORT
#else
#define SHOWN_510 HIDDEN
#endif
#if FAKE_DRIVER >= 515
#define SHOWN_515 EXPORT
#else
#define SHOWN_515 HIDDEN
#endif
#if FAKE_DRIVER >= 525
#define SHOWN_525 EXPORT
#else
#define SHOWN_525 HIDDEN
#endif
#if FAKE_DRIVER >= 535
#define SHOWN_535 EXPORT
#else
#define SHOWN_535 HIDDEN
#endif
#if FAKE_DRIVER >= 550
#define SHOWN_550 EXPORT
#else
#define SHOWN_550 HIDDEN
#endif
#if FAKE_DRIVER >= 570
#define SHOWN_570 EXPORT
#else
#define SHOWN_570 HIDDEN
#endif

/// The values of `from` for a call; 0 values: not supported.
#define VALUES(from) \
    const int64_t *values = gpu->values[SYM_##from]; \
    int count = gpu->value_count[SYM_##from]; \
    if (count == 0) return 3

/// Engines and processes of a device belong to its instances while MIG is on.
static bool hidden_by_mig(enum symbol symbol, const struct gpu *gpu) {
    switch (symbol) {
    case SYM_DeviceGetUtilizationRates:
    case SYM_DeviceGetEncoderUtilization:
    case SYM_DeviceGetDecoderUtilization:
    case SYM_DeviceGetJpgUtilization:
    case SYM_DeviceGetOfaUtilization: return mig_is_on(gpu);
    default: return false;
    }
}

#define X(name, since) \
    SHOWN_##since int nvml##name(cnvml_device device, uint32_t *value) { \
        BEGIN_FOR(name, device, false); \
        VALUES(name); \
        *value = (uint32_t)values[0]; \
        return count > 0 ? 0 : 3; \
    }
U32_SYMBOLS(X)
#undef X

#define X(name, since) \
    SHOWN_##since int nvml##name(cnvml_device device, uint32_t *first, uint32_t *second) { \
        BEGIN_FOR(name, device, false); \
        if (hidden_by_mig(SYM_##name, gpu)) return 3; \
        VALUES(name); \
        *first = (uint32_t)values[0]; \
        *second = (uint32_t)values[count > 1 ? 1 : 0]; \
        return 0; \
    }
PAIR_SYMBOLS(X)
#undef X

#define X(name, since) \
    SHOWN_##since int nvml##name(cnvml_device device, uint64_t *value) { \
        BEGIN_FOR(name, device, false); \
        /* The older name of the clock reasons is the same value. */ \
        bool is_older = SYM_##name == SYM_DeviceGetCurrentClocksThrottleReasons; \
        enum symbol from = is_older ? SYM_DeviceGetCurrentClocksEventReasons : SYM_##name; \
        if (gpu->value_count[from] == 0) return 3; \
        *value = (uint64_t)gpu->values[from][0]; \
        return 0; \
    }
U64_SYMBOLS(X)
#undef X

#define X(name, since) \
    SHOWN_##since int nvml##name(cnvml_device device, uint32_t which, uint32_t *value) { \
        BEGIN_FOR(name, device, false); \
        VALUES(name); \
        if ((int)which >= count) return 2; \
        *value = (uint32_t)values[which]; \
        return 0; \
    }
INDEXED_SYMBOLS(X)
#undef X

static int mig_text(enum symbol symbol, const struct mig *mig, char *text, uint32_t room) {
    const char *from = symbol == SYM_DeviceGetName ? mig->name : symbol == SYM_DeviceGetUUID ? mig->uuid : NULL;
    if (!from) return 3;
    return snprintf(text, room, "%s", from) < (int)room ? 0 : 7;
}

#define X(name, since) \
    SHOWN_##since int nvml##name(cnvml_device device, char *text, uint32_t room) { \
        BEGIN_FOR(name, device, true); \
        if (target.mig) return mig_text(SYM_##name, target.mig, text, room); \
        return give_text(&gpu->texts[SYM_##name], text, room); \
    }
TEXT_SYMBOLS(X)
#undef X

// MARK: Structures

EXPORT int nvmlDeviceGetPciInfo_v3(cnvml_device device, cnvml_pci_info *info) {
    BEGIN_FOR(DeviceGetPciInfo_v3, device, false);
    VALUES(DeviceGetPciInfo_v3);
    memset(info, 0, sizeof *info);
    sscanf(gpu->bus_id, "%x:%x:%x", &info->domain, &info->bus, &info->device);
    info->device_id = (uint32_t)values[0];
    info->subsystem_id = (uint32_t)values[count > 1 ? 1 : 0];
    snprintf(info->bus_id_legacy, sizeof info->bus_id_legacy, "%04X:%02X:%02X.0", info->domain & 0xffff, info->bus,
             info->device);
    snprintf(info->bus_id, sizeof info->bus_id, "%s", gpu->bus_id);
    return 0;
}

SHOWN_515 int nvmlDeviceGetGspFirmwareVersion(cnvml_device device, char *text) {
    BEGIN_FOR(DeviceGetGspFirmwareVersion, device, false);
    return give_text(&gpu->texts[SYM_DeviceGetGspFirmwareVersion], text, 64);
}

EXPORT int nvmlDeviceGetUtilizationRates(cnvml_device device, cnvml_utilization *rates) {
    BEGIN_FOR(DeviceGetUtilizationRates, device, false);
    if (hidden_by_mig(SYM_DeviceGetUtilizationRates, gpu)) return 3;
    VALUES(DeviceGetUtilizationRates);
    *rates = (cnvml_utilization){(uint32_t)values[0], (uint32_t)values[count > 1 ? 1 : 0]};
    return 0;
}

static int memory_of(const struct target *target, cnvml_memory_v2 *memory) {
    const int64_t *values = target->gpu->values[SYM_DeviceGetMemoryInfo];
    if (target->mig) {
        memory->total = target->mig->total;
        memory->used = target->mig->used;
        memory->free = target->mig->total - target->mig->used;
        memory->reserved = 0;
        return 0;
    }
    if (target->gpu->value_count[SYM_DeviceGetMemoryInfo] < 4) return 3;
    memory->total = (uint64_t)values[0];
    memory->free = (uint64_t)values[1];
    memory->used = (uint64_t)values[2];
    memory->reserved = (uint64_t)values[3];
    return 0;
}

EXPORT int nvmlDeviceGetMemoryInfo(cnvml_device device, cnvml_memory *memory) {
    BEGIN_FOR(DeviceGetMemoryInfo, device, true);
    cnvml_memory_v2 newer;
    code = memory_of(&target, &newer);
    // The first version counts what is reserved as used.
    if (!code) *memory = (cnvml_memory){newer.total, newer.free, newer.used + newer.reserved};
    return code;
}

SHOWN_510 int nvmlDeviceGetMemoryInfo_v2(cnvml_device device, cnvml_memory_v2 *memory) {
    BEGIN_FOR(DeviceGetMemoryInfo_v2, device, true);
    if (memory->version != CNVML_MEMORY_V2_VERSION) return 25;
    return memory_of(&target, memory);
}

EXPORT int nvmlDeviceGetBAR1MemoryInfo(cnvml_device device, cnvml_memory *memory) {
    BEGIN_FOR(DeviceGetBAR1MemoryInfo, device, true);
    VALUES(DeviceGetBAR1MemoryInfo);
    if (count < 3) return 3;
    *memory = (cnvml_memory){(uint64_t)values[0], (uint64_t)values[1], (uint64_t)values[2]};
    return 0;
}

SHOWN_570 int nvmlDeviceGetTemperatureV(cnvml_device device, cnvml_temperature *temperature) {
    BEGIN_FOR(DeviceGetTemperatureV, device, false);
    if (temperature->version != CNVML_TEMPERATURE_VERSION) return 25;
    VALUES(DeviceGetTemperature);
    if ((int)temperature->sensor >= count) return 2;
    temperature->celsius = (int32_t)values[temperature->sensor];
    return 0;
}

SHOWN_570 int nvmlDeviceGetMarginTemperature(cnvml_device device, cnvml_margin_temperature *margin) {
    BEGIN_FOR(DeviceGetMarginTemperature, device, false);
    if (margin->version != CNVML_MARGIN_TEMPERATURE_VERSION) return 25;
    VALUES(DeviceGetMarginTemperature);
    margin->celsius = (int32_t)values[0];
    return count > 0 ? 0 : 3;
}

SHOWN_570 int nvmlDeviceGetFanSpeedRPM(cnvml_device device, cnvml_fan_speed *fan) {
    BEGIN_FOR(DeviceGetFanSpeedRPM, device, false);
    if (fan->version != CNVML_FAN_SPEED_VERSION) return 25;
    VALUES(DeviceGetFanSpeedRPM);
    if ((int)fan->fan >= count) return 2;
    fan->rpm = (uint32_t)values[fan->fan];
    return 0;
}

SHOWN_525 int nvmlDeviceGetGpuFabricInfo(cnvml_device device, cnvml_fabric *fabric) {
    BEGIN_FOR(DeviceGetGpuFabricInfo, device, false);
    VALUES(DeviceGetGpuFabricInfo);
    if (count < 3) return 3;
    *fabric = (cnvml_fabric){
        .state = (uint8_t)values[0], .status = (int32_t)values[1], .clique = (uint32_t)values[2]};
    return 0;
}

SHOWN_550 int nvmlDeviceGetGpuFabricInfoV(cnvml_device device, cnvml_fabric_v2 *fabric) {
    BEGIN_FOR(DeviceGetGpuFabricInfoV, device, false);
    if (fabric->version != CNVML_FABRIC_V2_VERSION) return 25;
    VALUES(DeviceGetGpuFabricInfo);
    if (count < 4) return 3;
    memset(fabric->cluster_uuid, 0xab, sizeof fabric->cluster_uuid);
    fabric->state = (uint8_t)values[0];
    fabric->status = (int32_t)values[1];
    fabric->clique = (uint32_t)values[2];
    fabric->health_mask = (uint32_t)values[3];
    return 0;
}

EXPORT int nvmlDeviceGetTotalEccErrors(cnvml_device device, uint32_t type, uint32_t window, uint64_t *total) {
    BEGIN_FOR(DeviceGetTotalEccErrors, device, false);
    VALUES(DeviceGetTotalEccErrors);
    // In the order of the fields 3 to 6: both types since the driver was loaded, then both of the board's life.
    int at = (int)(window * 2 + type);
    if (type > 1 || window > 1 || at >= count) return 2;
    *total = (uint64_t)values[at];
    return 0;
}

EXPORT int nvmlDeviceGetRemappedRows(
    cnvml_device device, uint32_t *correctable, uint32_t *uncorrectable, uint32_t *pending, uint32_t *failed) {
    BEGIN_FOR(DeviceGetRemappedRows, device, false);
    VALUES(DeviceGetRemappedRows);
    if (count < 4) return 3;
    *correctable = (uint32_t)values[0];
    *uncorrectable = (uint32_t)values[1];
    *pending = (uint32_t)values[2];
    *failed = (uint32_t)values[3];
    return 0;
}

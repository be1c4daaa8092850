// SPDX-License-Identifier: Apache-2.0
//
// The data types of libnvidia-ml's binary interface, as far as they are read here (LP64). Every size and offset is
// asserted, because the library writes through these pointers whatever we believe they point to.

#ifndef CNVML_TYPES_H
#define CNVML_TYPES_H

#include <stddef.h>
#include <stdint.h>

/// Handles of the library are pointers to things of its own; they are only ever handed back.
typedef uintptr_t cnvml_device;
typedef uintptr_t cnvml_event_set;
typedef uintptr_t cnvml_gpm_sample;

#define CNVML_VERSIONED(size, version) ((uint32_t)(size) | ((uint32_t)(version) << 24))

#define CNVML_ASSERT_SIZE(type, size) _Static_assert(sizeof(type) == (size), "size of " #type)
#define CNVML_ASSERT_AT(type, field, at) _Static_assert(offsetof(type, field) == (at), "place of " #field)

typedef struct cnvml_pci_info {
    char bus_id_legacy[16];
    uint32_t domain, bus, device;
    uint32_t device_id;
    uint32_t subsystem_id;
    char bus_id[32];
} cnvml_pci_info;
CNVML_ASSERT_SIZE(cnvml_pci_info, 68);
CNVML_ASSERT_AT(cnvml_pci_info, domain, 16);
CNVML_ASSERT_AT(cnvml_pci_info, bus, 20);
CNVML_ASSERT_AT(cnvml_pci_info, device, 24);
CNVML_ASSERT_AT(cnvml_pci_info, device_id, 28);
CNVML_ASSERT_AT(cnvml_pci_info, subsystem_id, 32);
CNVML_ASSERT_AT(cnvml_pci_info, bus_id, 36);

typedef struct cnvml_utilization {
    uint32_t gpu, memory;
} cnvml_utilization;
CNVML_ASSERT_SIZE(cnvml_utilization, 8);
CNVML_ASSERT_AT(cnvml_utilization, memory, 4);

typedef struct cnvml_memory {
    uint64_t total, free, used;
} cnvml_memory;
CNVML_ASSERT_SIZE(cnvml_memory, 24);
CNVML_ASSERT_AT(cnvml_memory, free, 8);
CNVML_ASSERT_AT(cnvml_memory, used, 16);

typedef struct cnvml_memory_v2 {
    uint32_t version;
    uint64_t total, reserved, free, used;
} cnvml_memory_v2;
CNVML_ASSERT_SIZE(cnvml_memory_v2, 40);
CNVML_ASSERT_AT(cnvml_memory_v2, total, 8);
CNVML_ASSERT_AT(cnvml_memory_v2, reserved, 16);
CNVML_ASSERT_AT(cnvml_memory_v2, free, 24);
CNVML_ASSERT_AT(cnvml_memory_v2, used, 32);
enum { CNVML_MEMORY_V2_VERSION = CNVML_VERSIONED(sizeof(cnvml_memory_v2), 2) };

typedef struct cnvml_process {
    uint32_t pid;
    uint64_t used_memory;
    uint32_t gpu_instance, compute_instance;
} cnvml_process;
CNVML_ASSERT_SIZE(cnvml_process, 24);
CNVML_ASSERT_AT(cnvml_process, used_memory, 8);
CNVML_ASSERT_AT(cnvml_process, gpu_instance, 16);
CNVML_ASSERT_AT(cnvml_process, compute_instance, 20);

typedef struct cnvml_process_v1 {
    uint32_t pid;
    uint64_t used_memory;
} cnvml_process_v1;
CNVML_ASSERT_SIZE(cnvml_process_v1, 16);
CNVML_ASSERT_AT(cnvml_process_v1, used_memory, 8);

typedef union cnvml_value {
    double as_double;
    uint32_t as_u32;
    uint64_t as_u64;
    int64_t as_s64;
    int32_t as_s32;
    uint16_t as_u16;
} cnvml_value;
CNVML_ASSERT_SIZE(cnvml_value, 8);

/// What the type member of a field value says about its value member.
enum cnvml_value_type {
    CNVML_VALUE_DOUBLE = 0,
    CNVML_VALUE_U32 = 1,
    CNVML_VALUE_ULONG = 2,
    CNVML_VALUE_U64 = 3,
    CNVML_VALUE_S64 = 4,
    CNVML_VALUE_S32 = 5,
    CNVML_VALUE_U16 = 6,
};

typedef struct cnvml_field_value {
    uint32_t field, scope;
    int64_t timestamp_us, latency_us;
    uint32_t type;
    int32_t code;
    cnvml_value value;
} cnvml_field_value;
CNVML_ASSERT_SIZE(cnvml_field_value, 40);
CNVML_ASSERT_AT(cnvml_field_value, scope, 4);
CNVML_ASSERT_AT(cnvml_field_value, timestamp_us, 8);
CNVML_ASSERT_AT(cnvml_field_value, latency_us, 16);
CNVML_ASSERT_AT(cnvml_field_value, type, 24);
CNVML_ASSERT_AT(cnvml_field_value, code, 28);
CNVML_ASSERT_AT(cnvml_field_value, value, 32);

typedef struct cnvml_event {
    cnvml_device device;
    uint64_t type, data;
    uint32_t gpu_instance, compute_instance;
} cnvml_event;
CNVML_ASSERT_SIZE(cnvml_event, 32);
CNVML_ASSERT_AT(cnvml_event, type, 8);
CNVML_ASSERT_AT(cnvml_event, data, 16);
CNVML_ASSERT_AT(cnvml_event, gpu_instance, 24);
CNVML_ASSERT_AT(cnvml_event, compute_instance, 28);

typedef struct cnvml_temperature {
    uint32_t version, sensor;
    int32_t celsius;
} cnvml_temperature;
CNVML_ASSERT_SIZE(cnvml_temperature, 12);
CNVML_ASSERT_AT(cnvml_temperature, sensor, 4);
CNVML_ASSERT_AT(cnvml_temperature, celsius, 8);
enum { CNVML_TEMPERATURE_VERSION = CNVML_VERSIONED(sizeof(cnvml_temperature), 1) };

typedef struct cnvml_margin_temperature {
    uint32_t version;
    int32_t celsius;
} cnvml_margin_temperature;
CNVML_ASSERT_SIZE(cnvml_margin_temperature, 8);
CNVML_ASSERT_AT(cnvml_margin_temperature, celsius, 4);
enum { CNVML_MARGIN_TEMPERATURE_VERSION = CNVML_VERSIONED(sizeof(cnvml_margin_temperature), 1) };

typedef struct cnvml_fan_speed {
    uint32_t version, fan, rpm;
} cnvml_fan_speed;
CNVML_ASSERT_SIZE(cnvml_fan_speed, 12);
CNVML_ASSERT_AT(cnvml_fan_speed, fan, 4);
CNVML_ASSERT_AT(cnvml_fan_speed, rpm, 8);
enum { CNVML_FAN_SPEED_VERSION = CNVML_VERSIONED(sizeof(cnvml_fan_speed), 1) };

typedef struct cnvml_fabric {
    uint8_t cluster_uuid[16];
    int32_t status;
    uint32_t clique;
    uint8_t state;
} cnvml_fabric;
CNVML_ASSERT_SIZE(cnvml_fabric, 28);
CNVML_ASSERT_AT(cnvml_fabric, status, 16);
CNVML_ASSERT_AT(cnvml_fabric, clique, 20);
CNVML_ASSERT_AT(cnvml_fabric, state, 24);

typedef struct cnvml_fabric_v2 {
    uint32_t version;
    uint8_t cluster_uuid[16];
    int32_t status;
    uint32_t clique;
    uint8_t state;
    uint32_t health_mask;
} cnvml_fabric_v2;
CNVML_ASSERT_SIZE(cnvml_fabric_v2, 36);
CNVML_ASSERT_AT(cnvml_fabric_v2, cluster_uuid, 4);
CNVML_ASSERT_AT(cnvml_fabric_v2, status, 20);
CNVML_ASSERT_AT(cnvml_fabric_v2, clique, 24);
CNVML_ASSERT_AT(cnvml_fabric_v2, state, 28);
CNVML_ASSERT_AT(cnvml_fabric_v2, health_mask, 32);
enum { CNVML_FABRIC_V2_VERSION = CNVML_VERSIONED(sizeof(cnvml_fabric_v2), 2) };

typedef struct cnvml_attributes {
    uint32_t multiprocessors;
    uint32_t copy_engines, decoders, encoders, jpegs, ofas;
    uint32_t gpu_instance_slices, compute_instance_slices;
    uint64_t memory_mib;
} cnvml_attributes;
CNVML_ASSERT_SIZE(cnvml_attributes, 40);
CNVML_ASSERT_AT(cnvml_attributes, gpu_instance_slices, 24);
CNVML_ASSERT_AT(cnvml_attributes, compute_instance_slices, 28);
CNVML_ASSERT_AT(cnvml_attributes, memory_mib, 32);

typedef struct cnvml_gpm_support {
    uint32_t version, supported;
} cnvml_gpm_support;
CNVML_ASSERT_SIZE(cnvml_gpm_support, 8);

typedef struct cnvml_gpm_metric {
    uint32_t id;
    int32_t code;
    double value;
    const char *texts[3];
} cnvml_gpm_metric;
CNVML_ASSERT_SIZE(cnvml_gpm_metric, 40);
CNVML_ASSERT_AT(cnvml_gpm_metric, code, 4);
CNVML_ASSERT_AT(cnvml_gpm_metric, value, 8);

/// The library's own array grows from release to release (210 in CUDA 12.9, 477 in 13.5) under the same version
/// number, so there is room here for any of them; only the first `count` are asked for.
enum { CNVML_GPM_ROOM = 512, CNVML_GPM_VERSION = 1 };

typedef struct cnvml_gpm_metrics {
    uint32_t version, count;
    cnvml_gpm_sample older, newer;
    cnvml_gpm_metric metrics[CNVML_GPM_ROOM];
} cnvml_gpm_metrics;
CNVML_ASSERT_AT(cnvml_gpm_metrics, count, 4);
CNVML_ASSERT_AT(cnvml_gpm_metrics, older, 8);
CNVML_ASSERT_AT(cnvml_gpm_metrics, newer, 16);
CNVML_ASSERT_AT(cnvml_gpm_metrics, metrics, 24);

#endif

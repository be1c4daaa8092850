// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "cnvml.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef int (*plain_call)(void);
typedef int (*text_call)(cnvml_device, char *, uint32_t);
typedef int (*u32_call)(cnvml_device, uint32_t *);
typedef int (*pair_call)(cnvml_device, uint32_t *, uint32_t *);
typedef int (*u64_call)(cnvml_device, uint64_t *);
typedef int (*indexed_call)(cnvml_device, uint32_t, uint32_t *);
typedef int (*processes_call)(cnvml_device, uint32_t *, void *);

struct cnvml_library {
    void *handle;
    plain_call init, shutdown;
    int (*driver_version)(char *, uint32_t);
    int (*nvml_version)(char *, uint32_t);
    int (*cuda_version)(int32_t *);
    int (*device_count)(uint32_t *);
    int (*device_by_index)(uint32_t, cnvml_device *);
    int (*device_by_bus_id)(const char *, cnvml_device *);
    int (*device_by_uuid)(const char *, cnvml_device *);
    int (*mig_device)(cnvml_device, uint32_t, cnvml_device *);
    int (*process_name)(uint32_t, char *, uint32_t);
#define DECLARE(name, symbol) text_call name;
    CNVML_TEXT_QUERIES(DECLARE)
#undef DECLARE
#define DECLARE(name, symbol) u32_call name;
    CNVML_U32_QUERIES(DECLARE)
#undef DECLARE
#define DECLARE(name, symbol) pair_call name;
    CNVML_PAIR_QUERIES(DECLARE)
#undef DECLARE
#define DECLARE(name, symbol) u64_call name;
    CNVML_U64_QUERIES(DECLARE)
#undef DECLARE
#define DECLARE(name, symbol) indexed_call name;
    CNVML_INDEXED_QUERIES(DECLARE)
#undef DECLARE
#define DECLARE(name, symbol, type) int (*name)(cnvml_device, type *);
    CNVML_STRUCT_QUERIES(DECLARE)
#undef DECLARE
#define DECLARE(name, symbol) processes_call name;
    CNVML_PROCESS_QUERIES(DECLARE)
#undef DECLARE
    int (*field_values)(cnvml_device, int32_t, cnvml_field_value *);
    int (*gsp_version)(cnvml_device, char *);
    int (*ecc_errors)(cnvml_device, uint32_t, uint32_t, uint64_t *);
    int (*remapped_rows)(cnvml_device, uint32_t *, uint32_t *, uint32_t *, uint32_t *);
    int (*gpm_query)(cnvml_device, cnvml_gpm_support *);
    int (*gpm_sample_alloc)(cnvml_gpm_sample *);
    int (*gpm_sample_free)(cnvml_gpm_sample);
    int (*gpm_sample_get)(cnvml_device, cnvml_gpm_sample);
    int (*gpm_mig_sample_get)(cnvml_device, uint32_t, cnvml_gpm_sample);
    int (*gpm_metrics_get)(cnvml_gpm_metrics *);
    int (*event_set_create)(cnvml_event_set *);
    int (*event_set_free)(cnvml_event_set);
    int (*event_set_wait)(cnvml_event_set, cnvml_event *, uint32_t);
    int (*register_events)(cnvml_device, uint64_t, cnvml_event_set);
};

/// Looks one symbol up; the cast through a pointer to the member is what POSIX gives as the way to do it.
#define LOOK_UP(member, symbol) (*(void **)(&library->member) = dlsym(library->handle, symbol));

static void look_up_others(cnvml_library *library) {
    LOOK_UP(init, "nvmlInit_v2")
    LOOK_UP(shutdown, "nvmlShutdown")
    LOOK_UP(driver_version, "nvmlSystemGetDriverVersion")
    LOOK_UP(nvml_version, "nvmlSystemGetNVMLVersion")
    LOOK_UP(cuda_version, "nvmlSystemGetCudaDriverVersion")
    LOOK_UP(process_name, "nvmlSystemGetProcessName")
    LOOK_UP(device_count, "nvmlDeviceGetCount_v2")
    LOOK_UP(device_by_index, "nvmlDeviceGetHandleByIndex_v2")
    LOOK_UP(device_by_bus_id, "nvmlDeviceGetHandleByPciBusId_v2")
    LOOK_UP(device_by_uuid, "nvmlDeviceGetHandleByUUID")
    LOOK_UP(mig_device, "nvmlDeviceGetMigDeviceHandleByIndex")
    LOOK_UP(field_values, "nvmlDeviceGetFieldValues")
    LOOK_UP(gsp_version, "nvmlDeviceGetGspFirmwareVersion")
    LOOK_UP(ecc_errors, "nvmlDeviceGetTotalEccErrors")
    LOOK_UP(remapped_rows, "nvmlDeviceGetRemappedRows")
    LOOK_UP(gpm_query, "nvmlGpmQueryDeviceSupport")
    LOOK_UP(gpm_sample_alloc, "nvmlGpmSampleAlloc")
    LOOK_UP(gpm_sample_free, "nvmlGpmSampleFree")
    LOOK_UP(gpm_sample_get, "nvmlGpmSampleGet")
    LOOK_UP(gpm_mig_sample_get, "nvmlGpmMigSampleGet")
    LOOK_UP(gpm_metrics_get, "nvmlGpmMetricsGet")
    LOOK_UP(event_set_create, "nvmlEventSetCreate")
    LOOK_UP(event_set_free, "nvmlEventSetFree")
    LOOK_UP(event_set_wait, "nvmlEventSetWait_v2")
    LOOK_UP(register_events, "nvmlDeviceRegisterEvents")
}

static void look_up_queries(cnvml_library *library) {
    CNVML_TEXT_QUERIES(LOOK_UP)
    CNVML_U32_QUERIES(LOOK_UP)
    CNVML_PAIR_QUERIES(LOOK_UP)
    CNVML_U64_QUERIES(LOOK_UP)
    CNVML_INDEXED_QUERIES(LOOK_UP)
    CNVML_PROCESS_QUERIES(LOOK_UP)
#define LOOK_UP_TYPED(member, symbol, type) LOOK_UP(member, symbol)
    CNVML_STRUCT_QUERIES(LOOK_UP_TYPED)
#undef LOOK_UP_TYPED
}

// MARK: Life

static void *open_at(const char *path, char *reason, size_t room) {
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        // The first reason is kept: it is about the name everybody expects to work.
        const char *why = dlerror();
        if (reason && room > 0 && reason[0] == '\0') snprintf(reason, room, "%s", why ? why : path);
    }
    return handle;
}

static int is_ours(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && (status.st_uid == 0 || status.st_uid == geteuid())
        && !(status.st_mode & S_IWOTH);
}

int cnvml_is_trusted(const char *path) {
    char resolved[PATH_MAX];
    if (!realpath(path, resolved)) return 0;
    for (char *slash; is_ours(resolved) && (slash = strrchr(resolved, '/')); *slash = '\0')
        if (slash == resolved) return is_ours("/");
    return 0;
}

cnvml_library *cnvml_open(const char *path, char *reason, size_t room) {
    // Of Debian, of Fedora and its kin, of NVIDIA's containers, of WSL2, of Jetson (L4T) and of NixOS.
    static const char *const usual[] = {
        "/usr/lib/x86_64-linux-gnu/nvidia/current/libnvidia-ml.so.1",
        "/usr/lib/aarch64-linux-gnu/nvidia/current/libnvidia-ml.so.1",
        "/usr/lib64/libnvidia-ml.so.1",
        "/usr/local/nvidia/lib64/libnvidia-ml.so.1",
        "/usr/lib/wsl/lib/libnvidia-ml.so.1",
        "/usr/lib/aarch64-linux-gnu/nvidia/libnvidia-ml.so.1",
        "/usr/lib/aarch64-linux-gnu/tegra/libnvidia-ml.so.1",
        "/usr/lib/aarch64-linux-gnu/libnvidia-ml.so.1",
        "/run/opengl-driver/lib/libnvidia-ml.so.1",
    };
    if (reason && room > 0) reason[0] = '\0';
    void *handle = NULL;
    if (path) {
        handle = open_at(path, reason, room);
    } else {
        handle = open_at("libnvidia-ml.so.1", reason, room);
        for (size_t i = 0; !handle && i < sizeof usual / sizeof usual[0]; i++)
            if (cnvml_is_trusted(usual[i])) handle = open_at(usual[i], reason, room);
    }
    if (!handle) return NULL;
    cnvml_library *library = calloc(1, sizeof *library);
    if (!library) {
        dlclose(handle);
        return NULL;
    }
    library->handle = handle;
    look_up_others(library);
    look_up_queries(library);
    return library;
}

int cnvml_path(const cnvml_library *library, char *path, size_t room) {
    // Any address inside the library tells which file was mapped.
    void *address = NULL;
    memcpy(&address, &library->init, sizeof address);
    Dl_info info;
    char resolved[PATH_MAX];
    if (!address || !dladdr(address, &info) || !info.dli_fname) return 0;
    if (!realpath(info.dli_fname, resolved)) return 0;
    return snprintf(path, room, "%s", resolved) < (int)room;
}

int cnvml_close(cnvml_library *library) {
    char name[PATH_MAX];
    void *address = NULL;
    memcpy(&address, &library->init, sizeof address);
    Dl_info info;
    int named = address && dladdr(address, &info) && info.dli_fname
        && snprintf(name, sizeof name, "%s", info.dli_fname) < (int)sizeof name;
    dlclose(library->handle);
    free(library);
    if (!named) return 1;
    void *again = dlopen(name, RTLD_LAZY | RTLD_NOLOAD);
    if (again) dlclose(again);
    return again == NULL;
}

const char *cnvml_symbol(enum cnvml_query query) {
#define SYMBOL(name, symbol, ...) [CNVML_##name] = symbol,
    static const char *const symbols[CNVML_query_count] = {
        CNVML_TEXT_QUERIES(SYMBOL) CNVML_U32_QUERIES(SYMBOL) CNVML_PAIR_QUERIES(SYMBOL) CNVML_U64_QUERIES(SYMBOL)
        CNVML_INDEXED_QUERIES(SYMBOL) CNVML_STRUCT_QUERIES(SYMBOL) CNVML_PROCESS_QUERIES(SYMBOL)
        [CNVML_field_values] = "nvmlDeviceGetFieldValues",
        [CNVML_gsp_version] = "nvmlDeviceGetGspFirmwareVersion",
        [CNVML_ecc_errors] = "nvmlDeviceGetTotalEccErrors",
        [CNVML_remapped_rows] = "nvmlDeviceGetRemappedRows",
    };
#undef SYMBOL
    return (unsigned)query < CNVML_query_count ? symbols[query] : NULL;
}

int cnvml_has(const cnvml_library *l, enum cnvml_query query) {
#define HAS(name, ...) case CNVML_##name: return l->name != NULL;
    switch (query) {
        CNVML_TEXT_QUERIES(HAS)
        CNVML_U32_QUERIES(HAS)
        CNVML_PAIR_QUERIES(HAS)
        CNVML_U64_QUERIES(HAS)
        CNVML_INDEXED_QUERIES(HAS)
        CNVML_STRUCT_QUERIES(HAS)
        CNVML_PROCESS_QUERIES(HAS)
        HAS(field_values)
        HAS(gsp_version)
        HAS(ecc_errors)
        HAS(remapped_rows)
        default: return 0;
    }
#undef HAS
}

int cnvml_has_gpm(const cnvml_library *l) {
    return l->gpm_query && l->gpm_sample_alloc && l->gpm_sample_free && l->gpm_sample_get && l->gpm_metrics_get;
}

// MARK: Calls by shape

#define CALL(pointer, ...) ((pointer) ? (pointer)(__VA_ARGS__) : CNVML_MISSING)
#define PICK(name, symbol) case CNVML_##name: call = l->name; break;

int cnvml_text(const cnvml_library *l, enum cnvml_query query, cnvml_device device, char *text, uint32_t room) {
    text_call call = NULL;
    switch (query) {
        CNVML_TEXT_QUERIES(PICK)
        default: break;
    }
    return CALL(call, device, text, room);
}

int cnvml_u32(const cnvml_library *l, enum cnvml_query query, cnvml_device device, uint32_t *value) {
    u32_call call = NULL;
    switch (query) {
        CNVML_U32_QUERIES(PICK)
        default: break;
    }
    return CALL(call, device, value);
}

int cnvml_pair(const cnvml_library *l, enum cnvml_query query, cnvml_device device, uint32_t *a, uint32_t *b) {
    pair_call call = NULL;
    switch (query) {
        CNVML_PAIR_QUERIES(PICK)
        default: break;
    }
    return CALL(call, device, a, b);
}

int cnvml_u64(const cnvml_library *l, enum cnvml_query query, cnvml_device device, uint64_t *value) {
    u64_call call = NULL;
    switch (query) {
        CNVML_U64_QUERIES(PICK)
        default: break;
    }
    return CALL(call, device, value);
}

int cnvml_indexed(const cnvml_library *l, enum cnvml_query query, cnvml_device device, uint32_t of, uint32_t *value) {
    indexed_call call = NULL;
    switch (query) {
        CNVML_INDEXED_QUERIES(PICK)
        default: break;
    }
    return CALL(call, device, of, value);
}

int cnvml_processes(
    const cnvml_library *l, enum cnvml_query query, cnvml_device device, uint32_t *count, void *processes) {
    processes_call call = NULL;
    switch (query) {
        CNVML_PROCESS_QUERIES(PICK)
        default: break;
    }
    return CALL(call, device, count, processes);
}

#define DEFINE(name, symbol, type) \
    int cnvml_get_##name(const cnvml_library *l, cnvml_device device, type *into) { \
        return CALL(l->name, device, into); \
    }
CNVML_STRUCT_QUERIES(DEFINE)

// MARK: Calls of their own

int cnvml_init(const cnvml_library *l) { return CALL(l->init); }

int cnvml_shutdown(const cnvml_library *l) { return CALL(l->shutdown); }

int cnvml_driver_version(const cnvml_library *l, char *text, uint32_t room) {
    return CALL(l->driver_version, text, room);
}

int cnvml_nvml_version(const cnvml_library *l, char *text, uint32_t room) { return CALL(l->nvml_version, text, room); }

int cnvml_cuda_version(const cnvml_library *l, int32_t *version) { return CALL(l->cuda_version, version); }

int cnvml_device_count(const cnvml_library *l, uint32_t *count) { return CALL(l->device_count, count); }

int cnvml_device_by_index(const cnvml_library *l, uint32_t index, cnvml_device *device) {
    return CALL(l->device_by_index, index, device);
}

int cnvml_device_by_bus_id(const cnvml_library *l, const char *bus_id, cnvml_device *device) {
    return CALL(l->device_by_bus_id, bus_id, device);
}

int cnvml_device_by_uuid(const cnvml_library *l, const char *uuid, cnvml_device *device) {
    return CALL(l->device_by_uuid, uuid, device);
}

int cnvml_mig_device(const cnvml_library *l, cnvml_device device, uint32_t index, cnvml_device *mig) {
    return CALL(l->mig_device, device, index, mig);
}

int cnvml_process_name(const cnvml_library *l, uint32_t pid, char *text, uint32_t room) {
    return CALL(l->process_name, pid, text, room);
}

int cnvml_field_values(const cnvml_library *l, cnvml_device device, int32_t count, cnvml_field_value *values) {
    return CALL(l->field_values, device, count, values);
}

int cnvml_gsp_version(const cnvml_library *l, cnvml_device device, char *text) {
    return CALL(l->gsp_version, device, text);
}

int cnvml_ecc_errors(const cnvml_library *l, cnvml_device device, uint32_t type, uint32_t window, uint64_t *count) {
    return CALL(l->ecc_errors, device, type, window, count);
}

int cnvml_remapped_rows(const cnvml_library *l, cnvml_device device, uint32_t *four) {
    return CALL(l->remapped_rows, device, &four[0], &four[1], &four[2], &four[3]);
}

int cnvml_gpm_query(const cnvml_library *l, cnvml_device device, cnvml_gpm_support *support) {
    return CALL(l->gpm_query, device, support);
}

int cnvml_gpm_sample_alloc(const cnvml_library *l, cnvml_gpm_sample *sample) {
    return CALL(l->gpm_sample_alloc, sample);
}

int cnvml_gpm_sample_free(const cnvml_library *l, cnvml_gpm_sample sample) { return CALL(l->gpm_sample_free, sample); }

int cnvml_gpm_sample_get(const cnvml_library *l, cnvml_device device, cnvml_gpm_sample sample) {
    return CALL(l->gpm_sample_get, device, sample);
}

int cnvml_gpm_mig_sample_get(const cnvml_library *l, cnvml_device device, uint32_t instance, cnvml_gpm_sample sample) {
    return CALL(l->gpm_mig_sample_get, device, instance, sample);
}

int cnvml_gpm_metrics_get(const cnvml_library *l, cnvml_gpm_metrics *metrics) {
    return CALL(l->gpm_metrics_get, metrics);
}

int cnvml_event_set_create(const cnvml_library *l, cnvml_event_set *set) { return CALL(l->event_set_create, set); }

int cnvml_event_set_free(const cnvml_library *l, cnvml_event_set set) { return CALL(l->event_set_free, set); }

int cnvml_event_set_wait(const cnvml_library *l, cnvml_event_set set, cnvml_event *event, uint32_t milliseconds) {
    return CALL(l->event_set_wait, set, event, milliseconds);
}

int cnvml_register_events(const cnvml_library *l, cnvml_device device, uint64_t types, cnvml_event_set set) {
    return CALL(l->register_events, device, types, set);
}

// SPDX-License-Identifier: Apache-2.0
//
// Fields, processes, MIG, events and GPM.

#define _GNU_SOURCE
#include "calls.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#if FAKE_DRIVER >= 510
#define SHOWN_510 EXPORT
#else
#define SHOWN_510 __attribute__((visibility("hidden")))
#endif
#if FAKE_DRIVER >= 525
#define SHOWN_525 EXPORT
#else
#define SHOWN_525 __attribute__((visibility("hidden")))
#endif
#if FAKE_DRIVER >= 520
#define SHOWN_520 EXPORT
#else
#define SHOWN_520 __attribute__((visibility("hidden")))
#endif

// MARK: Fields

static const struct field *field_of(const struct gpu *gpu, const cnvml_field_value *value) {
    if (value->field >= MOST_FIELDS) return NULL;
    bool per_link = (value->field >= 138 && value->field <= 141) || (value->field >= 161 && value->field <= 166)
        || (value->field >= 201 && value->field <= 222);
    if (!per_link || value->scope == UINT32_MAX) return &gpu->fields[value->field];
    return value->scope < MOST_LINKS ? &gpu->link_fields[value->scope][value->field] : NULL;
}

EXPORT int nvmlDeviceGetFieldValues(cnvml_device device, int32_t count, cnvml_field_value *values) {
    BEGIN_FOR(DeviceGetFieldValues, device, false);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    bool any = false;
    for (int i = 0; i < count; i++) {
        const struct field *field = field_of(gpu, &values[i]);
        values[i].timestamp_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
        values[i].latency_us = field && field->latency_us ? field->latency_us : 2;
        values[i].code = !field ? 2 : !field->known ? 3 : field->code;
        if (values[i].code) continue;
        values[i].type = field->type;
        values[i].value = field->value;
        any = true;
    }
    return any ? 0 : 3;
}

// MARK: Processes

static int list_processes(const struct target *target, int kind, uint32_t *count, void *into, bool first) {
    const struct gpu *gpu = target->gpu;
    uint32_t room = *count, found = 0;
    for (int i = 0; i < gpu->process_count; i++) {
        const struct process *process = &gpu->processes[i];
        if (process->kind != kind) continue;
        if (target->mig && process->gi != target->mig->gi) continue;
        if (found < room && first)
            ((cnvml_process_v1 *)into)[found] = (cnvml_process_v1){process->pid, process->used};
        else if (found < room)
            ((cnvml_process *)into)[found] = (cnvml_process){process->pid, process->used, process->gi, process->ci};
        found++;
    }
    *count = found;
    return found > room ? 7 : 0;
}

#define PROCESSES(shown, name, kind, first) \
    shown int nvml##name(cnvml_device device, uint32_t *count, void *into) { \
        BEGIN_FOR(name, device, true); \
        return list_processes(&target, kind, count, into, first); \
    }
PROCESSES(EXPORT, DeviceGetComputeRunningProcesses, 'c', true)
PROCESSES(EXPORT, DeviceGetComputeRunningProcesses_v2, 'c', false)
PROCESSES(SHOWN_510, DeviceGetComputeRunningProcesses_v3, 'c', false)
PROCESSES(EXPORT, DeviceGetGraphicsRunningProcesses, 'g', true)
PROCESSES(EXPORT, DeviceGetGraphicsRunningProcesses_v2, 'g', false)
PROCESSES(SHOWN_510, DeviceGetGraphicsRunningProcesses_v3, 'g', false)
PROCESSES(EXPORT, DeviceGetMPSComputeRunningProcesses, 'm', true)
PROCESSES(EXPORT, DeviceGetMPSComputeRunningProcesses_v2, 'm', false)
PROCESSES(SHOWN_510, DeviceGetMPSComputeRunningProcesses_v3, 'm', false)

// MARK: MIG

EXPORT int nvmlDeviceGetMigDeviceHandleByIndex(cnvml_device device, uint32_t slot, cnvml_device *mig) {
    BEGIN_FOR(DeviceGetMigDeviceHandleByIndex, device, false);
    if (!mig_is_on(gpu)) return 3;
    if (slot >= MOST_MIG) return 2;
    if (!gpu->mig[slot].there) return 6;
    *mig = mig_handle(target.index, (int)slot);
    return 0;
}

EXPORT int nvmlDeviceGetGpuInstanceId(cnvml_device device, uint32_t *id) {
    BEGIN_FOR(DeviceGetGpuInstanceId, device, true);
    if (!target.mig) return 3;
    *id = target.mig->gi;
    return 0;
}

EXPORT int nvmlDeviceGetComputeInstanceId(cnvml_device device, uint32_t *id) {
    BEGIN_FOR(DeviceGetComputeInstanceId, device, true);
    if (!target.mig) return 3;
    *id = target.mig->ci;
    return 0;
}

EXPORT int nvmlDeviceGetAttributes_v2(cnvml_device device, cnvml_attributes *attributes) {
    BEGIN_FOR(DeviceGetAttributes_v2, device, true);
    if (!target.mig) return 3;
    memset(attributes, 0, sizeof *attributes);
    attributes->multiprocessors = target.mig->sms;
    attributes->gpu_instance_slices = target.mig->slices;
    attributes->compute_instance_slices = target.mig->slices;
    attributes->memory_mib = target.mig->total >> 20;
    return 0;
}

// MARK: Events

struct event_set {
    uint32_t magic;
    int count;
    struct {
        int index;
        cnvml_device handle;
        uint64_t types;
        int delivered;
        double since;
    } gpus[MOST_GPUS];
};

enum { SET_ALIVE = 0x5e7a11fe, SAMPLE_ALIVE = 0x5a3b1e00 };

EXPORT int nvmlEventSetCreate(cnvml_event_set *set) {
    BEGIN(EventSetCreate);
    if (!is_initialised()) return 1;
    struct event_set *made = calloc(1, sizeof *made);
    made->magic = SET_ALIVE;
    *set = (cnvml_event_set)made;
    note_out(1);
    return 0;
}

EXPORT int nvmlEventSetFree(cnvml_event_set set) {
    BEGIN(EventSetFree);
    struct event_set *old = (struct event_set *)set;
    if (!is_initialised() || old->magic != SET_ALIVE) {
        note_abuse();
        return 1;
    }
    // Kept in memory, so that a late use is seen.
    old->magic = 0;
    note_out(-1);
    return 0;
}

EXPORT int nvmlDeviceRegisterEvents(cnvml_device device, uint64_t types, cnvml_event_set set) {
    BEGIN_FOR(DeviceRegisterEvents, device, false);
    struct event_set *to = (struct event_set *)set;
    if (to->magic != SET_ALIVE) {
        note_abuse();
        return 2;
    }
    if (gpu->value_count[SYM_DeviceGetSupportedEventTypes] == 0) return 3;
    if (types & ~(uint64_t)gpu->values[SYM_DeviceGetSupportedEventTypes][0]) return 2;
    if (to->count == MOST_GPUS) return 23;
    to->gpus[to->count].index = target.index;
    to->gpus[to->count].handle = device;
    to->gpus[to->count].since = seconds_now();
    to->gpus[to->count++].types = types;
    return 0;
}

/// Whether an event is due, and which. Delays count from the registration.
static bool next_event(struct event_set *set, cnvml_event *into) {
    for (int i = 0; i < set->count; i++) {
        const struct gpu *gpu = &script.gpus[set->gpus[i].index];
        if (set->gpus[i].delivered >= gpu->event_count) continue;
        const struct event *event = &gpu->events[set->gpus[i].delivered];
        if (seconds_now() - set->gpus[i].since < event->after) continue;
        set->gpus[i].delivered++;
        if (!(event->type & set->gpus[i].types)) continue;
        *into = (cnvml_event){set->gpus[i].handle, event->type, event->data, UINT32_MAX, UINT32_MAX};
        return true;
    }
    return false;
}

static int wait_step(struct event_set *set, cnvml_event *event) {
    HOLD;
    if (!is_initialised() || set->magic != SET_ALIVE) {
        note_abuse();
        return 1;
    }
    return next_event(set, event) ? 0 : 10;
}

static int wait_begin(void) {
    HOLD;
    return enter(SYM_EventSetWait_v2);
}

EXPORT int nvmlEventSetWait_v2(cnvml_event_set set, cnvml_event *event, uint32_t milliseconds) {
    double end = seconds_now() + milliseconds / 1e3;
    int code = wait_begin();
    if (code) return code;
    // The lock is free between two looks: waiting must not keep other threads from the library.
    while ((code = wait_step((struct event_set *)set, event)) == 10 && seconds_now() < end) sleep_seconds(0.002);
    return code;
}

// MARK: GPM

struct sample {
    uint32_t magic;
    int index;
    uint32_t instance;
    uint64_t number;
};

SHOWN_520 int nvmlGpmQueryDeviceSupport(cnvml_device device, cnvml_gpm_support *support) {
    BEGIN_FOR(GpmQueryDeviceSupport, device, false);
    if (support->version != 1) return 25;
    support->supported = gpu->has_metric[1];
    return 0;
}

SHOWN_520 int nvmlGpmSampleAlloc(cnvml_gpm_sample *sample) {
    BEGIN(GpmSampleAlloc);
    if (!is_initialised()) return 1;
    struct sample *made = calloc(1, sizeof *made);
    made->magic = SAMPLE_ALIVE;
    *sample = (cnvml_gpm_sample)made;
    note_out(1);
    return 0;
}

SHOWN_520 int nvmlGpmSampleFree(cnvml_gpm_sample sample) {
    BEGIN(GpmSampleFree);
    struct sample *old = (struct sample *)sample;
    if (!is_initialised() || old->magic != SAMPLE_ALIVE) {
        note_abuse();
        return 1;
    }
    old->magic = 0;
    note_out(-1);
    return 0;
}

static uint64_t samples_taken;

static int take_sample(const struct target *target, uint32_t instance, cnvml_gpm_sample into) {
    struct sample *sample = (struct sample *)into;
    if (sample->magic != SAMPLE_ALIVE) {
        note_abuse();
        return 2;
    }
    sample->index = target->index;
    sample->instance = instance;
    sample->number = ++samples_taken;
    return 0;
}

SHOWN_520 int nvmlGpmSampleGet(cnvml_device device, cnvml_gpm_sample sample) {
    BEGIN_FOR(GpmSampleGet, device, false);
    return gpu->has_metric[1] ? take_sample(&target, UINT32_MAX, sample) : 3;
}

SHOWN_525 int nvmlGpmMigSampleGet(cnvml_device device, uint32_t instance, cnvml_gpm_sample sample) {
    BEGIN_FOR(GpmMigSampleGet, device, false);
    for (int slot = 0; slot < MOST_MIG; slot++)
        if (gpu->mig[slot].there && gpu->mig[slot].gi == instance) return take_sample(&target, instance, sample);
    return 6;
}

SHOWN_520 int nvmlGpmMetricsGet(cnvml_gpm_metrics *metrics) {
    BEGIN(GpmMetricsGet);
    struct sample *older = (struct sample *)metrics->older, *newer = (struct sample *)metrics->newer;
    if (metrics->version != CNVML_GPM_VERSION) return 25;
    if (older->magic != SAMPLE_ALIVE || newer->magic != SAMPLE_ALIVE) {
        note_abuse();
        return 2;
    }
    // Samples of two sources, or in the wrong order, make no difference that means anything.
    if (older->index != newer->index || older->instance != newer->instance) return 2;
    if (older->number == 0 || older->number >= newer->number) return 2;
    const struct gpu *gpu = &script.gpus[newer->index];
    for (uint32_t i = 0; i < metrics->count; i++) {
        uint32_t id = metrics->metrics[i].id;
        bool known = id < MOST_METRICS && gpu->has_metric[id];
        metrics->metrics[i].code = known ? 0 : 3;
        metrics->metrics[i].value = known ? gpu->metrics[id] : 0;
    }
    return 0;
}

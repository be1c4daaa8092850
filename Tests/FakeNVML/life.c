// SPDX-License-Identifier: Apache-2.0
//
// Life, handles, counts, and the hooks by which a test looks inside.

#define _GNU_SOURCE
#include "calls.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int users;
static uint32_t generation;
static int out;
static uint64_t abuses;
static int hanging;

struct held hold(void) {
    pthread_mutex_lock(&lock);
    script_refresh();
    return (struct held){true};
}

void let_go(struct held *held) {
    if (held->locked) pthread_mutex_unlock(&lock);
}

void note_abuse(void) { abuses++; }
void note_out(int change) { out += change; }
bool is_initialised(void) { return users > 0; }

void sleep_seconds(double seconds) {
    struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    while (nanosleep(&time, &time)) {}
}

// MARK: Counts: text of fixed width in a shared mapping, so that another process can read them at any time.

enum { COLUMNS = MOST_GPUS + 1, DIGITS = 12, WIDTH = 64 };

static char counts_here[SYM_COUNT * COLUMNS * WIDTH + 1];
static char *counts = NULL;

static void counts_lay(char *at) {
    for (int symbol = 0; symbol < SYM_COUNT; symbol++)
        for (int gpu = -1; gpu < MOST_GPUS; gpu++) {
            snprintf(at, WIDTH + 1, "%-42s %3d %0*d    \n", symbol_name((enum symbol)symbol), gpu, DIGITS, 0);
            at += WIDTH;
        }
}

static char *counts_now(void) {
    if (!counts) counts_lay(counts = counts_here);
    return counts;
}

void counts_move_to(const char *path) {
    static char moved_to[512];
    if (!strcmp(path, moved_to)) return;
    size_t size = sizeof counts_here - 1;
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0 || ftruncate(file, (off_t)size)) return;
    char *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (shared == MAP_FAILED) return;
    memcpy(shared, counts_now(), size);
    counts = shared;
    snprintf(moved_to, sizeof moved_to, "%s", path);
}

static char *digits(enum symbol symbol, int gpu) {
    return counts_now() + (symbol * COLUMNS + gpu + 1) * WIDTH + 42 + 1 + 3 + 1;
}

void count_call(enum symbol symbol, int gpu) {
    char *at = digits(symbol, gpu) + DIGITS - 1;
    for (int i = 0; i < DIGITS && ++*at > '9'; i++) *at-- = '0';
}

/// How often a symbol was called for a gpu; -1: in all; NULL: any symbol.
EXPORT uint64_t fakeNVMLCalls(const char *symbol, int gpu) {
    HOLD;
    uint64_t sum = 0;
    for (int i = 0; i < SYM_COUNT; i++) {
        if (symbol && strcmp(symbol, symbol_name((enum symbol)i))) continue;
        uint64_t count = 0;
        for (int digit = 0; digit < DIGITS; digit++)
            count = count * 10 + (uint64_t)(digits((enum symbol)i, gpu)[digit] - '0');
        sum += count;
    }
    return sum;
}

EXPORT void fakeNVMLResetCalls(void) {
    HOLD;
    counts_lay(counts_now());
}

/// Uses after shutdown, handles that were never given out, things not given back before the last shutdown.
EXPORT uint64_t fakeNVMLAbuses(void) {
    HOLD;
    return abuses;
}

/// How many threads hang just now.
EXPORT int fakeNVMLHanging(void) { return __atomic_load_n(&hanging, __ATOMIC_ACQUIRE); }

// MARK: Entering

static void hang(enum symbol symbol, int index, double seconds) {
    double end = seconds_now() + seconds;
    __atomic_add_fetch(&hanging, 1, __ATOMIC_ACQ_REL);
    pthread_mutex_unlock(&lock);
    for (;;) {
        sleep_seconds(0.005);
        if (seconds >= 0 && seconds_now() >= end) break;
        if (seconds >= 0) continue;
        // For ever, but a script that says otherwise lets go.
        pthread_mutex_lock(&lock);
        script_refresh();
        bool still = script.gpus[index].calls[symbol].hang_seconds < 0;
        pthread_mutex_unlock(&lock);
        if (!still) break;
    }
    pthread_mutex_lock(&lock);
    __atomic_sub_fetch(&hanging, 1, __ATOMIC_ACQ_REL);
}

static int behave(enum symbol symbol, int index) {
    struct behaviour call = script.gpus[index].calls[symbol];
    if (call.hang_seconds != 0) hang(symbol, index, call.hang_seconds);
    if (call.latency_us) sleep_seconds(call.latency_us / 1e6);
    return call.code;
}

int enter(enum symbol symbol) {
    count_call(symbol, -1);
    return behave(symbol, 0);
}

int state_of(const struct gpu *gpu) {
    return gpu->state && seconds_now() - script.loaded_at >= gpu->state_after ? gpu->state : 0;
}

int enter_for(enum symbol symbol, cnvml_device device, struct target *target) {
    count_call(symbol, -1);
    int index = (int)(device & 0xff) - 1, slot = (int)(device >> 8 & 0xff) - 1;
    bool known = index >= 0 && index < script.gpu_count && slot < MOST_MIG && device >> 16 == generation;
    if (!users || !known) {
        abuses++;
        return users ? 2 : 1;
    }
    count_call(symbol, index);
    target->index = index;
    int code = behave(symbol, index);
    if (code) return code;
    target->gpu = &script.gpus[index];
    target->mig = slot >= 0 ? &target->gpu->mig[slot] : NULL;
    if (target->mig && !target->mig->there) return 2;
    return state_of(target->gpu);
}

cnvml_device device_handle(int index) { return (cnvml_device)generation << 16 | (cnvml_device)(index + 1); }

cnvml_device mig_handle(int index, int slot) { return device_handle(index) | (cnvml_device)(slot + 1) << 8; }

bool mig_is_on(const struct gpu *gpu) {
    return gpu->value_count[SYM_DeviceGetMigMode] > 0 && gpu->values[SYM_DeviceGetMigMode][0] == 1;
}

// MARK: Life

EXPORT int nvmlInit_v2(void) {
    BEGIN(Init_v2);
    if (script.init_code) return script.init_code;
    if (users++ == 0) generation++;
    return 0;
}

EXPORT int nvmlInitWithFlags(uint32_t flags) {
    (void)flags;
    return nvmlInit_v2();
}

EXPORT int nvmlShutdown(void) {
    BEGIN(Shutdown);
    if (!users) return 1;
    if (--users == 0 && out > 0) {
        abuses += (uint64_t)out;
        out = 0;
    }
    return 0;
}

// MARK: The system and handles

int give_text(const struct text *text, char *into, uint32_t room) {
    if (!text->known) return 3;
    if ((uint32_t)text->length > room) return 7;
    memcpy(into, text->bytes, (size_t)text->length);
    // A text that fills the room gets no end: the real library is not above that.
    if ((uint32_t)text->length < room) into[text->length] = '\0';
    return 0;
}

static int give_string(const char *text, char *into, uint32_t room) {
    if (!users) return 1;
    return snprintf(into, room, "%s", text) < (int)room ? 0 : 7;
}

EXPORT int nvmlSystemGetDriverVersion(char *text, uint32_t room) {
    BEGIN(SystemGetDriverVersion);
    return give_string(script.driver, text, room);
}

EXPORT int nvmlSystemGetNVMLVersion(char *text, uint32_t room) {
    BEGIN(SystemGetNVMLVersion);
    return give_string(script.nvml, text, room);
}

EXPORT int nvmlSystemGetCudaDriverVersion(int32_t *version) {
    BEGIN(SystemGetCudaDriverVersion);
    *version = script.cuda;
    return 0;
}

EXPORT int nvmlSystemGetProcessName(uint32_t pid, char *text, uint32_t room) {
    BEGIN(SystemGetProcessName);
    if (!users) return 1;
    for (int i = 0; i < script.name_count; i++) {
        if (script.names[i].pid != pid) continue;
        script.names[i].name.known = true;
        return give_text(&script.names[i].name, text, room);
    }
    return 6;
}

EXPORT int nvmlDeviceGetCount_v2(uint32_t *count) {
    BEGIN(DeviceGetCount_v2);
    if (!users) return 1;
    *count = 0;
    for (int i = 0; i < script.gpu_count; i++) *count += !script.gpus[i].hidden;
    return 0;
}

static int open_device(enum symbol symbol, int index, cnvml_device *device) {
    count_call(symbol, index);
    int code = behave(symbol, index);
    if (!code) code = state_of(&script.gpus[index]);
    // What is only unknown opens; it is the values that fail.
    if (code && code != 999) return code;
    *device = device_handle(index);
    return 0;
}

EXPORT int nvmlDeviceGetHandleByIndex_v2(uint32_t index, cnvml_device *device) {
    HOLD;
    count_call(SYM_DeviceGetHandleByIndex_v2, -1);
    if (!users) return 1;
    for (int i = 0, seen = 0; i < script.gpu_count; i++) {
        if (script.gpus[i].hidden || seen++ != (int)index) continue;
        return open_device(SYM_DeviceGetHandleByIndex_v2, i, device);
    }
    return 2;
}

EXPORT int nvmlDeviceGetHandleByUUID(const char *uuid, cnvml_device *device) {
    HOLD;
    count_call(SYM_DeviceGetHandleByUUID, -1);
    if (!users) return 1;
    for (int i = 0; i < script.gpu_count; i++)
        if (!strcmp(script.gpus[i].texts[SYM_DeviceGetUUID].bytes, uuid))
            return open_device(SYM_DeviceGetHandleByUUID, i, device);
    return 6;
}

#if FAKE_DRIVER >= 460
static int open_at(const char *bus_id, cnvml_device *device) {
    for (int i = 0; i < script.gpu_count; i++) {
        const char *full = script.gpus[i].bus_id;
        // Both spellings of the domain are accepted, and capitals do not matter.
        bool same = !strcasecmp(full, bus_id) || !strcasecmp(full + 4, bus_id);
        if (script.gpus[i].hidden && same) return 4;
        if (same) return open_device(SYM_DeviceGetHandleByPciBusId_v2, i, device);
    }
    return 6;
}

EXPORT int nvmlDeviceGetHandleByPciBusId_v2(const char *bus_id, cnvml_device *device) {
    HOLD;
    count_call(SYM_DeviceGetHandleByPciBusId_v2, -1);
    if (!users) return 1;
    return open_at(bus_id, device);
}
#endif

// SPDX-License-Identifier: Apache-2.0
//
// A libnvidia-ml.so.1 that does what a script says. The grammar is in README.md beside this file.

#ifndef FAKE_NVML_H
#define FAKE_NVML_H

#include "cnvml_types.h"
#include "symbols.h"

#include <stdbool.h>

#ifndef FAKE_DRIVER
#define FAKE_DRIVER 590
#endif

enum { MOST_GPUS = 16, MOST_VALUES = 8, MOST_FIELDS = 320, MOST_LINKS = 20, MOST_MIG = 8, MOST_PROCESSES = 600 };
enum { MOST_EVENTS = 16, MOST_METRICS = 512, TEXT_ROOM = 256 };

/// How a call behaves before it does anything.
struct behaviour {
    int code;
    uint32_t latency_us;
    double hang_seconds; // negative: for ever
};

struct field {
    bool known;
    int code;
    uint32_t type, latency_us;
    cnvml_value value;
};

struct text {
    bool known;
    int length;
    char bytes[TEXT_ROOM];
};

struct mig {
    bool there;
    uint32_t gi, ci, sms, slices;
    uint64_t total, used;
    char uuid[97], name[97];
};

struct process {
    int kind; // 'c', 'g' or 'm'
    uint32_t pid, gi, ci;
    uint64_t used;
};

struct event {
    uint64_t type, data;
    double after;
};

struct gpu {
    int state; // the code that every call answers from `state_after` on
    double state_after;
    bool hidden;
    char bus_id[32];
    int value_count[SYM_COUNT];
    int64_t values[SYM_COUNT][MOST_VALUES];
    struct text texts[SYM_COUNT];
    struct behaviour calls[SYM_COUNT];
    struct field fields[MOST_FIELDS];
    struct field link_fields[MOST_LINKS][MOST_FIELDS];
    struct mig mig[MOST_MIG];
    struct process processes[MOST_PROCESSES];
    int process_count;
    struct event events[MOST_EVENTS];
    int event_count;
    bool has_metric[MOST_METRICS];
    double metrics[MOST_METRICS];
};

struct script {
    int gpu_count;
    int init_code;
    int cuda;
    char driver[81], nvml[81];
    char counts_path[512];
    struct {
        uint32_t pid;
        struct text name;
    } names[64];
    int name_count;
    struct gpu gpus[MOST_GPUS];
    double loaded_at;
};

extern struct script script;

/// Reads the script again if it changed.
void script_refresh(void);
double seconds_now(void);
enum symbol symbol_named(const char *name);
const char *symbol_name(enum symbol symbol);

void profile_h200(struct gpu *gpu, int index);
void profile_geforce(struct gpu *gpu, int index);
void set_values(struct gpu *gpu, enum symbol symbol, int count, const int64_t *values);
void set_field(struct gpu *gpu, uint32_t id, uint32_t type, int64_t value);
void set_text(struct gpu *gpu, enum symbol symbol, const char *text);

/// Counts a call. gpu -1: of none.
void count_call(enum symbol symbol, int gpu);
void counts_move_to(const char *path);

#endif

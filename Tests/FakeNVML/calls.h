// SPDX-License-Identifier: Apache-2.0
//
// What every exported function begins with.

#ifndef FAKE_NVML_CALLS_H
#define FAKE_NVML_CALLS_H

#include "fake.h"

#define EXPORT __attribute__((visibility("default")))

/// What a handle stands for. Handles are numbers that carry the generation in which they were made, so that a use after
/// shutdown is seen instead of crashing, as the real library might.
struct target {
    int index;
    struct gpu *gpu;
    struct mig *mig;
};

struct held {
    bool locked;
};
struct held hold(void);
void let_go(struct held *held);

/// Takes the one lock of the library for the rest of the function.
#define HOLD __attribute__((cleanup(let_go), unused)) struct held held = hold()

/// Counts a call and does what the script says about it: waits, or gives the code to answer. 0: go on.
int enter(enum symbol symbol);
int enter_for(enum symbol symbol, cnvml_device device, struct target *target);

#define BEGIN(symbol) \
    HOLD; \
    int code = enter(SYM_##symbol); \
    if (code) return code

/// For calls about a device, `mig` telling whether a MIG instance may be asked.
#define BEGIN_FOR(symbol, device, may_be_mig) \
    HOLD; \
    struct target target; \
    int code = enter_for(SYM_##symbol, device, &target); \
    if (code) return code; \
    struct gpu *gpu = target.gpu; \
    (void)gpu; \
    if (target.mig && !(may_be_mig)) return 3

cnvml_device device_handle(int index);
cnvml_device mig_handle(int index, int slot);
bool is_initialised(void);
void note_abuse(void);
/// Things of the library that are out: event sets and samples.
void note_out(int change);

bool mig_is_on(const struct gpu *gpu);
/// Whether the device answers, where no call of its own is made.
int state_of(const struct gpu *gpu);
int give_text(const struct text *text, char *into, uint32_t room);
void sleep_seconds(double seconds);

#endif

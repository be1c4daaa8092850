// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "ckernel_clock.h"

#include <errno.h>
#include <sys/timex.h>

int ckernel_read_clock(struct ckernel_clock *clock) {
    // No mode bit is set: nothing is changed, so this needs no privilege.
    struct timex now = {0};
    int state = adjtimex(&now);
    if (state < 0) return errno;
    *clock = (struct ckernel_clock){
        .state = state,
        .status = now.status,
        .offset = now.offset,
        .frequency = now.freq,
        .maximum_error = now.maxerror,
        .estimated_error = now.esterror,
        .time_constant = now.constant,
        .tick = now.tick,
        .pps_frequency = now.ppsfreq,
        .pps_jitter = now.jitter,
        .pps_shift = now.shift,
        .pps_stability = now.stabil,
        .pps_jitter_count = now.jitcnt,
        .pps_calibration_count = now.calcnt,
        .pps_error_count = now.errcnt,
        .pps_stability_count = now.stbcnt,
        .tai_offset = now.tai,
    };
    return 0;
}

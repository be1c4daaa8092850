// SPDX-License-Identifier: Apache-2.0
// adjtimex(2) as a call that only reads; Swift's Glibc module does not show struct timex.
#ifndef HOST_EXPORTER_CKERNEL_CLOCK_H
#define HOST_EXPORTER_CKERNEL_CLOCK_H

#include <stdint.h>

/// What adjtimex(2) says, in the kernel's units.
struct ckernel_clock {
    int state;
    int status;
    int64_t offset;
    int64_t frequency;
    int64_t maximum_error;
    int64_t estimated_error;
    int64_t time_constant;
    int64_t tick;
    int64_t pps_frequency;
    int64_t pps_jitter;
    int64_t pps_shift;
    int64_t pps_stability;
    int64_t pps_jitter_count;
    int64_t pps_calibration_count;
    int64_t pps_error_count;
    int64_t pps_stability_count;
    int64_t tai_offset;
};

/// Reads the state of the kernel's clock; 0, or errno on failure.
int ckernel_read_clock(struct ckernel_clock *_Nonnull clock);

#endif

// SPDX-License-Identifier: Apache-2.0
// perf_event_open(2), which the C library does not have.
#ifndef HOST_EXPORTER_CKERNEL_PERF_H
#define HOST_EXPORTER_CKERNEL_PERF_H

#include <stdint.h>

/// Begins to count an event on a CPU, whatever runs there, as a group of its own (`leader` -1) or in a leader's group.
///
/// A read of the leader gives all of its group: how many there are, nanoseconds for which they were to count, nanoseconds
/// for which they did, and the counts. Returns the descriptor, or -errno.
int ckernel_perf_open(uint32_t type, uint64_t config, int cpu, int leader);

#endif

// SPDX-License-Identifier: Apache-2.0
// System calls that Swift's Glibc module does not show, because they are declared for _GNU_SOURCE alone.
#ifndef HOST_EXPORTER_CKERNEL_H
#define HOST_EXPORTER_CKERNEL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ckernel_btrfs.h"
#include "ckernel_clock.h"
#include "ckernel_ethtool.h"
#include "ckernel_perf.h"

/// getdents64(2): directory entries into `buffer`; 0 at the end, -1 with errno on failure.
ssize_t ckernel_getdents(int descriptor, void *_Nonnull buffer, size_t size);

/// pthread_setname_np(3) for the calling thread; at most 15 bytes of the name are used.
void ckernel_name_thread(const char *_Nonnull name);

/// The magic number of the file system that holds an open file, by fstatfs(2); 0 on failure.
uint64_t ckernel_filesystem_magic(int descriptor);

/// Opens a file for reading, with `root` as / for its path and for all links on the way; -1 with errno on failure.
///
/// openat2(2) with RESOLVE_IN_ROOT, which kernels before 5.6 do not have (ENOSYS).
int ckernel_open_in_root(const char *_Nonnull root, const char *_Nonnull path);

#endif

// SPDX-License-Identifier: Apache-2.0
// What btrfs says of a mounted file system and its devices by ioctl(2), which Swift cannot call.
#ifndef HOST_EXPORTER_CKERNEL_BTRFS_H
#define HOST_EXPORTER_CKERNEL_BTRFS_H

#include <stdint.h>

/// A file system.
struct ckernel_btrfs_filesystem {
    uint64_t device_count;
    uint64_t greatest_id;
    uint8_t uuid[16];
};

/// One of its devices; `name` is what follows the last slash of its path.
struct ckernel_btrfs_device {
    uint8_t uuid[16];
    uint64_t used_bytes;
    uint64_t total_bytes;
    uint64_t write_errors, read_errors, flush_errors, corruption_errors, generation_errors;
    char name[256];
};

/// Asks about the file system of an open directory; 0, or errno on failure.
int ckernel_btrfs_filesystem(int descriptor, struct ckernel_btrfs_filesystem *_Nonnull filesystem);

/// Asks about the device of an id; 0, or errno on failure: ENODEV where no device has it.
int ckernel_btrfs_device(int descriptor, uint64_t id, struct ckernel_btrfs_device *_Nonnull device);

#endif

// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "ckernel_btrfs.h"

#include <errno.h>
#include <linux/btrfs.h>
#include <string.h>
#include <sys/ioctl.h>

int ckernel_btrfs_filesystem(int descriptor, struct ckernel_btrfs_filesystem *filesystem) {
    struct btrfs_ioctl_fs_info_args info = {0};
    if (ioctl(descriptor, BTRFS_IOC_FS_INFO, &info) != 0) return errno;
    filesystem->device_count = info.num_devices;
    filesystem->greatest_id = info.max_id;
    memcpy(filesystem->uuid, info.fsid, sizeof filesystem->uuid);
    return 0;
}

int ckernel_btrfs_device(int descriptor, uint64_t id, struct ckernel_btrfs_device *device) {
    // 4 KiB and 1 KiB; the threads of lanes have more.
    struct btrfs_ioctl_dev_info_args info = {.devid = id};
    if (ioctl(descriptor, BTRFS_IOC_DEV_INFO, &info) != 0) return errno;
    struct btrfs_ioctl_get_dev_stats statistics = {.devid = id, .nr_items = BTRFS_DEV_STAT_VALUES_MAX};
    if (ioctl(descriptor, BTRFS_IOC_GET_DEV_STATS, &statistics) != 0) return errno;
    memcpy(device->uuid, info.uuid, sizeof device->uuid);
    device->used_bytes = info.bytes_used;
    device->total_bytes = info.total_bytes;
    device->write_errors = statistics.values[BTRFS_DEV_STAT_WRITE_ERRS];
    device->read_errors = statistics.values[BTRFS_DEV_STAT_READ_ERRS];
    device->flush_errors = statistics.values[BTRFS_DEV_STAT_FLUSH_ERRS];
    device->corruption_errors = statistics.values[BTRFS_DEV_STAT_CORRUPTION_ERRS];
    device->generation_errors = statistics.values[BTRFS_DEV_STAT_GENERATION_ERRS];
    info.path[sizeof info.path - 1] = '\0';
    const char *slash = strrchr((const char *)info.path, '/');
    const char *name = slash ? slash + 1 : (const char *)info.path;
    memset(device->name, 0, sizeof device->name);
    strncpy(device->name, name, sizeof device->name - 1);
    return 0;
}

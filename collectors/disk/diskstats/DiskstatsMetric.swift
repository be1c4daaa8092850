// SPDX-License-Identifier: Apache-2.0

import Exposition

/// The families of the diskstats collector: columns of /proc/diskstats behind the device's name, and what is known of a
/// device from elsewhere.
///
/// Kernels before 4.18 end at `ioTimeWeighted`, before 5.5 at `discardTime`. Sectors have 512 bytes whatever the
/// device's own are.
enum DiskstatsMetric: Int, FieldKey {
    case readsCompleted, readsMerged, readBytes, readTime
    case writesCompleted, writesMerged, writtenBytes, writeTime
    case ioNow, ioTime, ioTimeWeighted
    case discardsCompleted, discardsMerged, discardedSectors, discardTime
    case flushRequests, flushRequestsTime
    case info, filesystemInfo, deviceMapperInfo
    case ataWriteCache, ataWriteCacheEnabled, ataRotationRate

    var row: FamilyRow {
        switch self {
        case .readsCompleted: counter(0, "reads_completed_total", "Reads that completed.")
        case .readsMerged:
            counter(1, "reads_merged_total", "Reads that were merged with a neighbour before being queued.")
        case .readBytes: counter(2, unit: .sectors, "read_bytes_total", "Bytes read.")
        case .readTime:
            counter(3, unit: .milliseconds, "read_time_seconds_total", "Time that all reads took, summed over them.")
        case .writesCompleted: counter(4, "writes_completed_total", "Writes that completed.")
        case .writesMerged:
            counter(5, "writes_merged_total", "Writes that were merged with a neighbour before being queued.")
        case .writtenBytes: counter(6, unit: .sectors, "written_bytes_total", "Bytes written.")
        case .writeTime:
            counter(7, unit: .milliseconds, "write_time_seconds_total", "Time that all writes took, summed over them.")
        case .ioNow:
            FamilyRow(column: 8, .gauge("node_disk_io_now", ["device"], "Requests that the device works on now."))
        case .ioTime:
            counter(
                9, unit: .milliseconds, "io_time_seconds_total",
                "Time during which the device had at least one request.")
        case .ioTimeWeighted:
            counter(
                10, unit: .milliseconds, "io_time_weighted_seconds_total",
                "Time during which the device had requests, times their number.")
        case .discardsCompleted: counter(11, "discards_completed_total", "Discards that completed.")
        case .discardsMerged:
            counter(12, "discards_merged_total", "Discards that were merged with a neighbour before being queued.")
        case .discardedSectors: counter(13, "discarded_sectors_total", "Sectors of 512 bytes that were discarded.")
        case .discardTime:
            counter(
                14, unit: .milliseconds, "discard_time_seconds_total", "Time that all discards took, summed over them.")
        case .flushRequests: counter(15, "flush_requests_total", "Flush requests that completed.")
        case .flushRequestsTime:
            counter(
                16, unit: .milliseconds, "flush_requests_time_seconds_total",
                "Time that all flush requests took, summed over them.")
        case .info:
            gauge(
                "info", "What the kernel and udev know of the device; always 1.",
                ["major", "minor", "model", "path", "revision", "rotational", "serial", "wwn"])
        case .filesystemInfo:
            gauge(
                "filesystem_info", "What udev found on the device; always 1.", ["type", "usage", "uuid", "version"])
        case .deviceMapperInfo:
            gauge(
                "device_mapper_info", "What udev knows of a device mapper device; always 1.",
                ["lv_layer", "lv_name", "name", "uuid", "vg_name"])
        case .ataWriteCache: gauge("ata_write_cache", "1 where the ATA disk has a write cache.")
        case .ataWriteCacheEnabled: gauge("ata_write_cache_enabled", "1 where the ATA disk's write cache is on.")
        case .ataRotationRate:
            gauge("ata_rotation_rate_rpm", "Turns per minute of the ATA disk, 0 where it has nothing that turns.")
        }
    }

    /// A column behind the device's name, counted from 0.
    private func counter(_ column: Int, unit: KernelUnit = .one, _ name: String, _ help: String) -> FamilyRow {
        FamilyRow(column: column, unit, .counter("node_disk_" + name, ["device"], help))
    }

    /// What is known of the device from elsewhere.
    private func gauge(_ name: String, _ help: String, _ labels: [String] = []) -> FamilyRow {
        FamilyRow(.gauge("node_disk_" + name, ["device"] + labels, help))
    }
}

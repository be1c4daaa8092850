// SPDX-License-Identifier: Apache-2.0

import Exposition

/// The families of the diskstats collector; the first 17 are the columns of /proc/diskstats in their order.
enum DiskstatsMetric: Int, FamilyKey {
    case readsCompleted, readsMerged, readBytes, readTime
    case writesCompleted, writesMerged, writtenBytes, writeTime
    case ioNow, ioTime, ioTimeWeighted
    case discardsCompleted, discardsMerged, discardedSectors, discardTime
    case flushRequests, flushRequestsTime
    case info, filesystemInfo, deviceMapperInfo
    case ataWriteCache, ataWriteCacheEnabled, ataRotationRate

    /// What a column counts in.
    enum Unit {
        case events, sectors, milliseconds
    }

    /// The columns behind the device's name, in the order of the file.
    ///
    /// Kernels before 4.18 end at `ioTimeWeighted`, before 5.5 at `discardTime`. Sectors have 512 bytes whatever the
    /// device's own are.
    static let columns: [(metric: DiskstatsMetric, unit: Unit)] = [
        (.readsCompleted, .events), (.readsMerged, .events), (.readBytes, .sectors), (.readTime, .milliseconds),
        (.writesCompleted, .events), (.writesMerged, .events), (.writtenBytes, .sectors), (.writeTime, .milliseconds),
        (.ioNow, .events), (.ioTime, .milliseconds), (.ioTimeWeighted, .milliseconds),
        (.discardsCompleted, .events), (.discardsMerged, .events), (.discardedSectors, .events),
        (.discardTime, .milliseconds), (.flushRequests, .events), (.flushRequestsTime, .milliseconds),
    ]

    var family: MetricFamily {
        switch self {
        case .readsCompleted: counter("reads_completed_total", "Reads that completed.")
        case .readsMerged: counter("reads_merged_total", "Reads that were merged with a neighbour before being queued.")
        case .readBytes: counter("read_bytes_total", "Bytes read.")
        case .readTime: counter("read_time_seconds_total", "Time that all reads took, summed over them.")
        case .writesCompleted: counter("writes_completed_total", "Writes that completed.")
        case .writesMerged:
            counter("writes_merged_total", "Writes that were merged with a neighbour before being queued.")
        case .writtenBytes: counter("written_bytes_total", "Bytes written.")
        case .writeTime: counter("write_time_seconds_total", "Time that all writes took, summed over them.")
        case .ioNow: gauge("io_now", "Requests that the device works on now.")
        case .ioTime: counter("io_time_seconds_total", "Time during which the device had at least one request.")
        case .ioTimeWeighted:
            counter("io_time_weighted_seconds_total", "Time during which the device had requests, times their number.")
        case .discardsCompleted: counter("discards_completed_total", "Discards that completed.")
        case .discardsMerged:
            counter("discards_merged_total", "Discards that were merged with a neighbour before being queued.")
        case .discardedSectors: counter("discarded_sectors_total", "Sectors of 512 bytes that were discarded.")
        case .discardTime: counter("discard_time_seconds_total", "Time that all discards took, summed over them.")
        case .flushRequests: counter("flush_requests_total", "Flush requests that completed.")
        case .flushRequestsTime:
            counter("flush_requests_time_seconds_total", "Time that all flush requests took, summed over them.")
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

    private func counter(_ name: String, _ help: String) -> MetricFamily {
        .counter("node_disk_" + name, ["device"], help)
    }

    private func gauge(_ name: String, _ help: String, _ labels: [String] = []) -> MetricFamily {
        .gauge("node_disk_" + name, ["device"] + labels, help)
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Mounted bcachefs file systems.
///
/// Source: /sys/fs/bcachefs, bcachefs fs/bcachefs/sysfs.c.
struct BcachefsCollector: ClassCollector {
    static let descriptor = CollectorDescriptor(
        name: "bcachefs", group: .filesystem, help: "bcachefs file systems: what they have done, errors, devices.",
        reads: ["/sys/fs/bcachefs/*"], sources: [ClassDirectory<BcachefsFilesystem>.self],
        openFamilies: BcachefsFilesystem.openFamilies)

    let devices: ClassDirectory<BcachefsFilesystem>
}

/// The families of the bcachefs collector that do not have a counter's name.
enum BcachefsMetric: Int, FamilyKey {
    case info, btreeCacheSize, compressed, uncompressed, errors, btreeWrites, btreeWriteSize
    case deviceInfo, bucketSize, buckets, durability, ioDone, ioErrors

    var family: MetricFamily {
        switch self {
        case .info: gauge("info", "1 for each file system.")
        case .btreeCacheSize: gauge("btree_cache_size_bytes", "Memory that nodes of the trees are cached in.")
        case .compressed:
            gauge("compression_compressed_bytes", "Size of data as it is stored.", ["algorithm", "uuid"])
        case .uncompressed:
            gauge("compression_uncompressed_bytes", "Size of data before it was compressed.", ["algorithm", "uuid"])
        case .errors: counter("errors_total", "Errors found in the file system, by kind.", ["error_type", "uuid"])
        case .btreeWrites: counter("btree_writes_total", "Nodes of trees written, by reason.", ["type", "uuid"])
        case .btreeWriteSize:
            gauge("btree_write_average_size_bytes", "Average size of what was written of a node.", ["type", "uuid"])
        case .deviceInfo:
            gauge(
                "device_info", "1 for each device, with its label and its states, the present one in brackets.",
                ["device", "label", "state", "uuid"])
        case .bucketSize: gauge("device_bucket_size_bytes", "Size of a bucket of the device.", ["device", "uuid"])
        case .buckets: gauge("device_buckets", "Buckets of the device.", ["device", "uuid"])
        case .durability:
            gauge("device_durability", "How many copies one on this device counts for.", ["device", "uuid"])
        case .ioDone:
            counter(
                "device_io_done_bytes_total", "Data read from and written to the device, by what it is.",
                ["data_type", "device", "operation", "uuid"])
        case .ioErrors:
            counter(
                "device_io_errors_total", "Errors of the device since the file system was made.",
                ["device", "type", "uuid"])
        }
    }

    private func gauge(_ name: String, _ help: String, _ labels: [String] = ["uuid"]) -> MetricFamily {
        .gauge("node_bcachefs_" + name, labels, help)
    }

    private func counter(_ name: String, _ help: String, _ labels: [String]) -> MetricFamily {
        .counter("node_bcachefs_" + name, labels, help)
    }
}

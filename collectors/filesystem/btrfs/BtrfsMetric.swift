// SPDX-License-Identifier: Apache-2.0

import Exposition

/// The families of the btrfs collector.
enum BtrfsMetric: Int, FieldKey {
    case info, globalReserveSize, commits, lastCommit, maxCommit, commitTime
    case reserved, used, size, allocationRatio, deviceSize, deviceUnused, deviceErrors

    /// Those with a name of the kernel's are keys of the file `commit_stats`.
    var row: FamilyRow {
        switch self {
        case .info: gauge("info", "1 for each file system, with its label.", ["label", "uuid"])
        case .globalReserveSize:
            gauge("global_rsv_size_bytes", "Space kept back for changes of metadata.", ["uuid"])
        case .commits: counter("commits", .one, "commits_total", "Transactions committed.")
        case .lastCommit:
            FamilyRow(
                "last_commit_ms", .milli,
                .gauge("node_btrfs_last_commit_seconds", ["uuid"], "Time that the last commit took."))
        case .maxCommit:
            FamilyRow(
                "max_commit_ms", .milli,
                .gauge("node_btrfs_max_commit_seconds", ["uuid"], "Time that the slowest commit took."))
        case .commitTime:
            counter("total_commit_ms", .milli, "commit_seconds_total", "Time that all commits took.")
        case .reserved:
            gauge("reserved_bytes", "Space that is promised to running transactions.", ["block_group_type", "uuid"])
        case .used: gauge("used_bytes", "Space that data takes.", Self.ofProfile)
        case .size: gauge("size_bytes", "Space that is given to block groups.", Self.ofProfile)
        case .allocationRatio:
            gauge("allocation_ratio", "Space on devices that a byte of data takes.", Self.ofProfile)
        case .deviceSize: gauge("device_size_bytes", "Size of the device.", Self.ofDevice)
        case .deviceUnused:
            gauge("device_unused_bytes", "Part of the device that is given to no block group.", Self.ofDevice)
        case .deviceErrors:
            FamilyRow(
                .counter(
                    "node_btrfs_device_errors_total", ["btrfs_dev_uuid", "device", "type", "uuid"],
                    "Errors of the device."))
        }
    }

    /// The fields of the file `commit_stats`; made anew at each use.
    static var commitFields: [TableField<BtrfsMetric>] { fields }

    private static let ofProfile = ["block_group_type", "mode", "uuid"]
    /// Without the right to ask the file system, the device's UUID is not known.
    private static let ofDevice = ["btrfs_dev_uuid?", "device", "uuid"]

    private func gauge(_ name: String, _ help: String, _ labels: [String]) -> FamilyRow {
        FamilyRow(.gauge("node_btrfs_" + name, labels, help))
    }

    private func counter(_ key: StaticString, _ unit: KernelUnit, _ name: String, _ help: String) -> FamilyRow {
        FamilyRow(key, unit, .counter("node_btrfs_" + name, ["uuid"], help))
    }
}

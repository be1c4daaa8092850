// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Merging of equal pages.
///
/// Source: /sys/kernel/mm/ksm, kernel Documentation/admin-guide/mm/ksm.rst.
struct KsmdCollector: Collector {
    enum Metric: Int, FieldKey {
        case fullScans, generalProfit, mergesAcrossNodes, shared, sharing, toScan, unshared, volatile, run, sleep

        var row: FamilyRow {
            switch self {
            case .fullScans:
                FamilyRow(
                    "full_scans", .counter("node_ksmd_full_scans_total", [], "Times that all areas were scanned."))
            case .generalProfit:
                gauge(
                    "general_profit", "general_profit_bytes",
                    "Memory that merging saves, less what it costs, in bytes; may be negative.")
            case .mergesAcrossNodes:
                gauge("merge_across_nodes", "merge_across_nodes", "1 where pages of different NUMA nodes are merged.")
            case .shared: gauge("pages_shared", "pages_shared", "Merged pages in use.")
            case .sharing: gauge("pages_sharing", "pages_sharing", "Places that use merged pages, beyond the first.")
            case .toScan: gauge("pages_to_scan", "pages_to_scan", "Pages to scan before a sleep.")
            case .unshared: gauge("pages_unshared", "pages_unshared", "Pages that were scanned and have no equal.")
            case .volatile: gauge("pages_volatile", "pages_volatile", "Pages that change too fast to be merged.")
            case .run: gauge("run", "run", "0 stopped, 1 running, 2 stopped with all pages unmerged.")
            case .sleep:
                FamilyRow(
                    "sleep_millisecs", .milli,
                    .gauge("node_ksmd_sleep_seconds", [], "Sleep between two scans, in seconds."))
            }
        }

        private func gauge(_ file: StaticString, _ name: String, _ help: String) -> FamilyRow {
            FamilyRow(file, .gauge("node_ksmd_" + name, [], help))
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "ksmd", group: .memory, isDefault: false, help: "Merging of equal pages by the kernel.",
        reads: ["/sys/kernel/mm/ksm"])

    private let folder: String
    private let files: [(field: TableField<Metric>, file: KernelFile)]

    init(context: CollectorContext) {
        let folder = context.roots.sys("kernel/mm/ksm")
        self.folder = folder
        files = Metric.fields.map { ($0, KernelFile(oneRead: "\(folder)/\($0.name)")) }
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        var isThere = false
        for (field, file) in files {
            // A kernel that is too old for a file leaves it out.
            guard let bytes = reader.text(of: file, or: &writer) else { continue }
            isThere = true
            if let number = bytes.signed {
                writer.write(field, .none, number)
            } else {
                writer.loseItem("\(file.path): not a number: \"\(bytes.upTo(64).text)\"")
            }
        }
        return isThere || writer.itemsLost > 0 ? .available : .noKernelFeature("\(folder) is not there")
    }
}

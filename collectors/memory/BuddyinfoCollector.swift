// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Free memory of each zone by the size of its blocks.
///
/// Source: /proc/buddyinfo, kernel Documentation/filesystems/proc.rst.
struct BuddyinfoCollector: Collector {
    enum Metric: Int, FamilyKey {
        case blocks
        var family: MetricFamily {
            .gauge("node_buddyinfo_blocks", ["node", "size", "zone"], "Free blocks of 2 to the power of size pages.")
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "buddyinfo", group: .memory, isDefault: false, help: "Free memory by the size of its blocks.",
        reads: ["/proc/buddyinfo"])

    private let file: KernelFile
    init(context: CollectorContext) { file = KernelFile(context.roots.proc("buddyinfo")) }

    mutating func collect(from reader: inout KernelFileReader, into writer: inout Writer) throws(CollectorError)
        -> Availability
    {
        guard let bytes = try reader.readIfPresent(file) else { return .noKernelFeature("\(file.path) is not there") }
        var rows = ColumnLines(bytes)
        while let row = rows.next() {
            // `Node 0, zone   Normal   4381   1093 ...`: free single pages, pairs, fours and so on.
            guard let node = row[1], let zone = row[3], row.count > 4 else {
                writer.lose(.malformed(file.path, row.line))
                continue
            }
            for column in 4..<row.count {
                guard let blocks = row[column]?.unsigned else {
                    writer.lose(.malformed(file.path, row.line))
                    continue
                }
                let labels = writer.labels {
                    $0.add("node", node.upTo(node.count - 1))
                    $0.add("size", column - 4)
                    $0.add("zone", zone)
                }
                writer.write(.blocks, labels, blocks)
            }
        }
        return .available
    }
}

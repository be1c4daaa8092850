// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Each swap area by itself.
///
/// Source: /proc/swaps, proc_swaps(5).
struct SwapCollector: Collector {
    enum Metric: Int, FamilyKey {
        case size, used, priority

        var family: MetricFamily {
            switch self {
            case .size: gauge("size_bytes", "Size of the swap area, in bytes.")
            case .used: gauge("used_bytes", "Part of the swap area that is in use, in bytes.")
            case .priority: gauge("priority", "Priority of the swap area; higher ones are filled first.")
            }
        }

        private func gauge(_ name: String, _ help: String) -> MetricFamily {
            .gauge("node_swap_" + name, ["device", "swap_type"], help)
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "swap", group: .memory, isDefault: false, help: "Size, use and priority of each swap area.",
        reads: ["/proc/swaps"])

    private let file: KernelFile

    init(context: CollectorContext) { file = KernelFile(context.roots.proc("swaps")) }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else { return .noKernelFeature("\(file.path) is not there") }
        var rows = ColumnLines(withHeader: bytes)
        guard let name = rows.header?[0], name == "Filename" else { throw .malformed(file.path, bytes) }
        while let row = rows.next() {
            // `/dev/dm-1   partition   8388604   76   -2`: sizes in KiB, blanks of the name as `\040`.
            var fields = row.fields
            guard let device = fields.nextField(), let type = fields.nextField(),
                let size = fields.nextUnsigned(), let used = fields.nextUnsigned(),
                let priority = fields.nextField()?.signed
            else {
                writer.loseItem("\(file.path): \"\(row.line.upTo(64).text)\" is no swap area")
                continue
            }
            let labels = writer.labels {
                $0.add("device", device)
                $0.add("swap_type", type)
            }
            writer.write(.size, labels, KernelUnit.kibibytes.value(size))
            writer.write(.used, labels, KernelUnit.kibibytes.value(used))
            writer.write(.priority, labels, priority)
        }
        return .available
    }
}

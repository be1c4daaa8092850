// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The kernel's pool of randomness.
///
/// Source: /proc/sys/kernel/random, random(4). Since kernel 5.18 both values are always 256.
struct EntropyCollector: Collector {
    enum Metric: Int, FieldKey {
        case available, poolSize

        var row: FamilyRow {
            switch self {
            case .available:
                FamilyRow(
                    "entropy_avail",
                    .gauge("node_entropy_available_bits", [], "Randomness in the kernel's pool, in bits."))
            case .poolSize:
                FamilyRow("poolsize", .gauge("node_entropy_pool_size_bits", [], "Size of the kernel's pool, in bits."))
            }
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "entropy", group: .system, help: "The kernel's pool of randomness.",
        reads: ["/proc/sys/kernel/random/{entropy_avail,poolsize}"])

    private let files: [(field: TableField<Metric>, file: KernelFile)]

    init(context: CollectorContext) {
        files = Metric.fields.map {
            ($0, KernelFile(oneRead: context.roots.proc("sys/kernel/random/\($0.name)")))
        }
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        var found = 0
        for (field, file) in files {
            guard let bytes = try reader.readIfPresent(file) else { continue }
            found += 1
            if let bits = bytes.trimmed.unsigned {
                writer.write(field, .none, bits)
            } else {
                writer.loseItem("\(file.path): \"\(bytes.upTo(64).text)\" is no number")
            }
        }
        return found > 0 ? .available : .noKernelFeature("\(files[0].file.path) is not there")
    }
}

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

    private let fields = Metric.fields
    private var files: FileSet

    init(context: CollectorContext) {
        files = FileSet(
            Metric.fields.map { KernelFile(oneRead: context.roots.proc("sys/kernel/random/\($0.name)")) })
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        while let (place, bytes) = files.next(from: &reader, or: &writer) {
            if let bits = bytes.trimmed.unsigned {
                writer.write(fields[place], .none, bits)
            } else {
                writer.loseItem("\(files.files[place].path): \"\(bytes.upTo(64).text)\" is no number")
            }
        }
        if let absence = files.absence { return .noKernelFeature("\(absence.path) is not there") }
        return .available
    }
}

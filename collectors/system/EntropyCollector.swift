// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The kernel's pool of randomness.
///
/// Source: /proc/sys/kernel/random, random(4). Since kernel 5.18 both values are always 256.
struct EntropyCollector: Collector {
    enum Metric: Int, FamilyKey {
        case available, poolSize

        var family: MetricFamily {
            switch self {
            case .available: .gauge("node_entropy_available_bits", [], "Randomness in the kernel's pool, in bits.")
            case .poolSize: .gauge("node_entropy_pool_size_bits", [], "Size of the kernel's pool, in bits.")
            }
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "entropy", group: .system, help: "The kernel's pool of randomness.",
        reads: ["/proc/sys/kernel/random/{entropy_avail,poolsize}"])

    private let files: [(metric: Metric, file: KernelFile)]

    init(context: CollectorContext) {
        files = [
            (.available, KernelFile(oneRead: context.roots.proc("sys/kernel/random/entropy_avail"))),
            (.poolSize, KernelFile(oneRead: context.roots.proc("sys/kernel/random/poolsize"))),
        ]
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        var found = 0
        for (metric, file) in files {
            guard let bytes = try reader.readIfPresent(file) else { continue }
            found += 1
            if let bits = bytes.trimmed.unsigned {
                writer.write(metric, bits)
            } else {
                writer.loseItem("\(file.path): \"\(bytes.upTo(64).text)\" is no number")
            }
        }
        return found > 0 ? .available : .noKernelFeature("\(files[0].file.path) is not there")
    }
}

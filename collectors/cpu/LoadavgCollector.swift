// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Load averages.
///
/// Source: /proc/loadavg, proc(5).
struct LoadavgCollector: Collector {
    enum Metric: Int, FamilyKey {
        case load1, load5, load15

        var family: MetricFamily {
            switch self {
            case .load1: .gauge("node_load1", [], "Tasks running or waiting for CPU or disk, averaged over 1 minute.")
            case .load5: .gauge("node_load5", [], "Tasks running or waiting for CPU or disk, averaged over 5 minutes.")
            case .load15:
                .gauge("node_load15", [], "Tasks running or waiting for CPU or disk, averaged over 15 minutes.")
            }
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "loadavg", group: .cpu, help: "Load averages over 1, 5 and 15 minutes.",
        reads: ["/proc/loadavg"])

    private let file: KernelFile

    init(context: CollectorContext) throws(ConfigurationError) {
        file = context.sharedFile(inOnePiece: context.roots.proc("loadavg"))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else {
            return .noKernelFeature("\(file.path) is not there")
        }
        var fields = ByteScanner(bytes)
        for metric in Metric.allCases {
            guard let field = fields.nextField(), let value = field.real else {
                throw .malformed(file.path, bytes)
            }
            writer.write(metric, value)
        }
        return .available
    }
}

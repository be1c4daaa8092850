// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// How memory is used.
///
/// Source: /proc/meminfo, proc_meminfo(5).
struct MeminfoCollector: Collector {
    /// The families are a table, so the key is its index.
    struct Metric: MetricKey {
        let rawValue: Int

        var family: MetricFamily {
            let field = MeminfoField.all[rawValue]
            return .gauge("node_memory_" + field.name, [], field.help)
        }

        static var allCases: [Metric] { MeminfoField.all.indices.map { Metric(rawValue: $0) } }
    }

    static let descriptor = CollectorDescriptor(
        name: "meminfo", group: .memory, help: "Sizes of the parts that memory and swap are used for.",
        reads: ["/proc/meminfo"], families: Metric.families)

    private let file: SharedFile
    /// The index of the field that each line held last time, -1 for none of ours; kernels keep the order.
    private var plan: [Int] = []

    init(context: CollectorContext) throws(ConfigurationError) {
        file = try SharedFiles.file(context.roots.proc("meminfo"), context)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout MetricWriter
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else { return .noKernelFeature("\(file.path) is not there") }
        var lines = ByteScanner(bytes)
        var number = 0
        var known = 0
        while let line = lines.nextLine() {
            let index = field(of: line, at: number)
            number += 1
            guard index >= 0 else { continue }
            guard let value = MeminfoCollector.value(of: line) else {
                writer.loseItem("\(file.path): \"\(line.upTo(64).text)\" has no size")
                continue
            }
            known += 1
            writer.write(Metric(rawValue: index), value)
        }
        guard known > 0 else { throw .malformed(file.path, bytes) }
        return .available
    }

    private mutating func field(of line: Bytes, at number: Int) -> Int {
        let key = line.upTo(line.firstIndex(of: 0x3A) ?? line.count)
        if plan.indices.contains(number) {
            let index = plan[number]
            if index >= 0, key == MeminfoField.all[index].key { return index }
        }
        let index = MeminfoField.all.firstIndex { key == $0.key } ?? -1
        // More lines than any kernel writes are not worth remembering.
        if number < 256 {
            while plan.count <= number { plan.append(-1) }
            plan[number] = index
        }
        return index
    }

    /// Bytes, or a plain number where the line has no unit; nil where it has another one or no number.
    private static func value(of line: Bytes) -> UInt64? {
        guard let colon = line.firstIndex(of: 0x3A) else { return nil }
        var fields = ByteScanner(line.from(colon + 1))
        guard let number = fields.nextUnsigned() else { return nil }
        guard let unit = fields.nextField() else { return number }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: 1_024)
        return unit == "kB" && !overflow && fields.nextField() == nil ? bytes : nil
    }
}

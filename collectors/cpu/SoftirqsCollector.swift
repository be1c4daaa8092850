// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Soft interrupts on each CPU.
///
/// Source: /proc/softirqs, proc(5).
struct SoftirqsCollector: Collector {
    enum Metric: Int, FamilyKey {
        case functions

        var family: MetricFamily {
            .counter("node_softirqs_functions_total", ["cpu", "type"], "Soft interrupts handled on the CPU, by kind.")
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "softirqs", group: .cpu, isDefault: false, help: "Soft interrupts on each CPU.",
        reads: ["/proc/softirqs"])

    /// A line as it begins, and its series.
    private struct Row {
        let head: [UInt8]
        var run: SeriesRun
    }

    private let file: KernelFile
    private var columns = CPUColumns()
    private var rows: [Row] = []

    init(context: CollectorContext) { file = KernelFile(context.roots.proc("softirqs")) }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else { return .noKernelFeature("\(file.path) is not there") }
        var lines = ByteScanner(bytes)
        guard let header = lines.nextLine(), columns.readHeader(header) else { throw .malformed(file.path, bytes) }
        if columns.isChanged { rows = [] }
        var position = 0
        while let line = lines.nextLine() {
            // `      NET_RX:      43066     104508`
            let head = line.upTo((line.firstIndex(of: UInt8(ascii: ":")) ?? line.count) + 1)
            var words = ByteScanner(line.from(head.count))
            let name = head.upTo(head.count - 1).trimmed
            guard name.isMetricName, columns.readCounts(&words), words.rest.trimmed.isEmpty else {
                writer.loseItem("\(file.path): \"\(line.upTo(64).text)\" has no number for each CPU")
                continue
            }
            if position >= rows.count || head != rows[position].head {
                rows.removeLast(max(0, rows.count - position))
                rows.append(Row(head: head.array, run: .none))
            }
            if !writer.write(rows[position].run, columns.counts) {
                rows[position].run = write(name, into: &writer)
            }
            position += 1
        }
        guard position > 0 else { throw .malformed(file.path, bytes) }
        return .available
    }

    /// Writes a row's numbers with their labels.
    private func write(_ name: Bytes, into writer: inout Writer) -> SeriesRun {
        let first = writer.sampleCount(of: .functions)
        for (cpu, count) in zip(columns.cpus, columns.counts) {
            let labels = writer.labels {
                $0.add("cpu", cpu)
                $0.add("type", name)
            }
            writer.write(.functions, labels, count)
        }
        return writer.run(of: .functions, from: first)
    }
}

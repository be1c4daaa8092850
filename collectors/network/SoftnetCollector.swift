// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Work of the network receive softirq on each CPU.
///
/// Source: /proc/net/softnet_stat, kernel net/core/net-procfs.c.
struct SoftnetCollector: Collector {
    enum Metric: Int, FieldKey {
        case processed, dropped, timesSqueezed, cpuCollision, receivedRPS, flowLimitCount, backlogLength

        /// A kernel that does not write the column yet gives 0, as node_exporter does.
        var row: FamilyRow {
            switch self {
            case .processed: count(0, "processed", "Packets taken from device queues.")
            case .dropped: count(1, "dropped", "Packets dropped because the backlog was full.")
            case .timesSqueezed:
                count(
                    2, "times_squeezed",
                    "Times that the softirq stopped with packets left, its budget or time being used up.")
            case .cpuCollision:
                count(
                    8, "cpu_collision", "Collisions while taking a device's lock to transmit; newer kernels give 0.")
            case .receivedRPS:
                count(
                    9, "received_rps",
                    "Times that another CPU woke this one to handle packets (receive packet steering).")
            case .flowLimitCount: count(10, "flow_limit_count", "Times that the flow limit was reached.")
            case .backlogLength:
                FamilyRow(column: 11, .gauge("node_softnet_backlog_len", ["cpu"], "Packets waiting in the backlog."))
            }
        }

        private func count(_ column: Int, _ name: String, _ help: String) -> FamilyRow {
            FamilyRow(column: column, .counter("node_softnet_\(name)_total", ["cpu"], help))
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "softnet", group: .network, help: "Packets handled by the network softirq on each CPU.",
        reads: ["/proc/net/softnet_stat"])

    /// The fewest columns of any kernel, those of 2.6.23.
    private static let leastColumns = 9
    /// Where kernels from 5.14 on write the CPU's number; lines of CPUs that are offline are left out.
    private static let cpuColumn = 12

    private let fields = Metric.fields
    private let file: KernelFile
    private var columns: [UInt64] = []

    init(context: CollectorContext) {
        file = KernelFile(context.roots.proc("net/softnet_stat"))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else {
            return .noKernelFeature("\(file.path) is not there")
        }
        var lines = ByteScanner(bytes)
        var lineNumber = 0
        while let line = lines.nextLine() {
            defer { lineNumber += 1 }
            guard readColumns(of: line) else {
                writer.loseItem("\(file.path): \(line.upTo(64).text)")
                continue
            }
            let cpu = columns.count > Self.cpuColumn ? Int(truncatingIfNeeded: columns[Self.cpuColumn]) : lineNumber
            let labels = writer.labels { $0.add("cpu", cpu) }
            for field in fields {
                // Without a column for the CPU's number, the twelfth is not the backlog's length.
                let isThere =
                    field.column < columns.count
                    && (field.key != .backlogLength || columns.count > Self.cpuColumn)
                writer.write(field, labels, isThere ? columns[field.column] : 0)
            }
        }
        return .available
    }

    private mutating func readColumns(of line: Bytes) -> Bool {
        columns.removeAll(keepingCapacity: true)
        var fields = ByteScanner(line)
        while columns.count <= Self.cpuColumn, let field = fields.nextField() {
            guard let value = field.hexadecimal, value <= UInt32.max else { return false }
            columns.append(value)
        }
        return columns.count >= Self.leastColumns
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Work of the network receive softirq on each CPU.
///
/// Source: /proc/net/softnet_stat, kernel net/core/net-procfs.c.
struct SoftnetCollector: Collector {
    enum Metric: Int, FamilyKey {
        case processed, dropped, timesSqueezed, cpuCollision, receivedRPS, flowLimitCount, backlogLength

        var family: MetricFamily {
            switch self {
            case .processed: .counter("node_softnet_processed_total", ["cpu"], "Packets taken from device queues.")
            case .dropped:
                .counter("node_softnet_dropped_total", ["cpu"], "Packets dropped because the backlog was full.")
            case .timesSqueezed:
                .counter(
                    "node_softnet_times_squeezed_total", ["cpu"],
                    "Times that the softirq stopped with packets left, its budget or time being used up.")
            case .cpuCollision:
                .counter(
                    "node_softnet_cpu_collision_total", ["cpu"],
                    "Collisions while taking a device's lock to transmit; newer kernels give 0.")
            case .receivedRPS:
                .counter(
                    "node_softnet_received_rps_total", ["cpu"],
                    "Times that another CPU woke this one to handle packets (receive packet steering).")
            case .flowLimitCount:
                .counter("node_softnet_flow_limit_count_total", ["cpu"], "Times that the flow limit was reached.")
            case .backlogLength:
                .gauge("node_softnet_backlog_len", ["cpu"], "Packets waiting in the backlog.")
            }
        }

        /// The column, counted from 0.
        ///
        /// A kernel that does not write the column yet gives 0, as node_exporter does.
        var column: Int {
            switch self {
            case .processed: 0
            case .dropped: 1
            case .timesSqueezed: 2
            case .cpuCollision: 8
            case .receivedRPS: 9
            case .flowLimitCount: 10
            case .backlogLength: 11
            }
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "softnet", group: .network, help: "Packets handled by the network softirq on each CPU.",
        reads: ["/proc/net/softnet_stat"])

    /// The fewest columns of any kernel, those of 2.6.23.
    private static let leastColumns = 9
    /// Where kernels from 5.14 on write the CPU's number; lines of CPUs that are offline are left out.
    private static let cpuColumn = 12

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
            for metric in Metric.allCases {
                let isWritten =
                    metric.column < columns.count
                    && (metric != .backlogLength || columns.count > Self.cpuColumn)
                writer.write(metric, labels, isWritten ? columns[metric.column] : 0)
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

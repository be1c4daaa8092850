// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Time that tasks ran and waited on each CPU.
///
/// Source: /proc/schedstat, kernel Documentation/scheduler/sched-stats.rst; the columns used are the same in versions
/// 14 to 17.
struct SchedstatCollector: Collector {
    enum Metric: Int, FamilyKey {
        case running, waiting, timeslices

        var family: MetricFamily {
            switch self {
            case .running:
                .counter("node_schedstat_running_seconds_total", ["cpu"], "Seconds that tasks ran on the CPU.")
            case .waiting:
                .counter(
                    "node_schedstat_waiting_seconds_total", ["cpu"],
                    "Seconds that tasks waited for the CPU although they could run.")
            case .timeslices:
                .counter("node_schedstat_timeslices_total", ["cpu"], "Time slices that tasks ran for on the CPU.")
            }
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "schedstat", group: .cpu, help: "Time that tasks ran and waited on each CPU.",
        reads: ["/proc/schedstat"])

    private let file: KernelFile

    init(context: CollectorContext) {
        file = KernelFile(context.roots.proc("schedstat"), comesWithModule: true)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else { return .noKernelFeature("\(file.path) is not there") }
        var lines = ByteScanner(bytes)
        while let line = lines.nextLine() {
            var fields = ByteScanner(line)
            guard let name = fields.nextField() else { continue }
            if name.hasPrefix("domain") { continue }
            if name == "version" || name == "timestamp", fields.nextUnsigned() != nil { continue }
            guard let cpu = CPUNumbers.number(ofFolder: name), fields.skipFields(6),
                let running = fields.nextUnsigned(), let waiting = fields.nextUnsigned(),
                let timeslices = fields.nextUnsigned()
            else {
                writer.loseItem("\(file.path): \"\(line.upTo(64).text)\" is no line of a CPU")
                continue
            }
            let labels = writer.labels { $0.add("cpu", cpu) }
            writer.write(Metric.running, labels, SchedstatCollector.seconds(nanoseconds: running))
            writer.write(Metric.waiting, labels, SchedstatCollector.seconds(nanoseconds: waiting))
            writer.write(Metric.timeslices, labels, timeslices)
        }
        if writer.sampleCount == 0 { writer.loseItem("\(file.path) has no line of a CPU") }
        return .available
    }

    /// As node_exporter rounds it: first to 53 bits, which 104 days of nanoseconds fill, then by the division.
    private static func seconds(nanoseconds: UInt64) -> SampleValue {
        nanoseconds < 1 << 53 ? .decimal(nanoseconds, scale: 9) : .real(Double(nanoseconds) / 1e9)
    }
}

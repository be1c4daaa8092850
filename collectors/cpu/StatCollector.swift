// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Counts of the whole kernel.
///
/// Source: /proc/stat, proc_stat(5).
struct StatCollector: Collector {
    enum Metric: Int, FamilyKey {
        case interrupts, contextSwitches, forks, bootTime, running, blocked, softirqs

        var family: MetricFamily {
            switch self {
            case .interrupts: .counter("node_intr_total", [], "Interrupts served since boot.")
            case .contextSwitches: .counter("node_context_switches_total", [], "Context switches since boot.")
            case .forks: .counter("node_forks_total", [], "Processes and threads made since boot.")
            case .bootTime: .gauge("node_boot_time_seconds", [], "When the kernel was booted, in seconds since 1970.")
            case .running: .gauge("node_procs_running", [], "Tasks that run or are ready to.")
            case .blocked: .gauge("node_procs_blocked", [], "Tasks that wait for disk input or output.")
            case .softirqs: .counter("node_softirqs_total", ["vector"], "Soft interrupts handled since boot, by kind.")
            }
        }
    }

    static let softirq = Flag.toggle("collector.stat.softirq", help: "Also count soft interrupts by kind.")

    static let descriptor = CollectorDescriptor(
        name: "stat", group: .cpu, help: "Interrupts, context switches, forks, boot time and waiting tasks.",
        reads: ["/proc/stat"], sources: [CPUTimesSource.self],
        flags: [
            softirq
        ])

    /// The kinds in the order of the columns.
    private static let vectors: [StaticString] = [
        "hi", "timer", "net_tx", "net_rx", "block", "block_iopoll", "tasklet", "sched", "hrtimer", "rcu",
    ]

    private let source: CPUTimesSource
    private let showsSoftirqs: Bool

    init(context: CollectorContext) throws(ConfigurationError) {
        source = try context.source(CPUTimesSource.self)
        showsSoftirqs = context.options[Self.softirq]
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        let found: Void? = try source.times(from: &reader) { (times) throws(CollectorError) in
            if times.isEmpty { writer.loseItem("\(source.path) has no known line") }
            write(times, into: &writer)
        }
        return found == nil ? .noKernelFeature("\(source.path) is not there") : .available
    }

    private func write(_ times: CPUTimes, into writer: inout Writer) {
        if let value = times.interrupts { writer.write(Metric.interrupts, value) }
        if let value = times.contextSwitches { writer.write(Metric.contextSwitches, value) }
        if let value = times.forks { writer.write(Metric.forks, value) }
        if let value = times.bootTimeSeconds { writer.write(Metric.bootTime, value) }
        if let value = times.running { writer.write(Metric.running, value) }
        if let value = times.blocked { writer.write(Metric.blocked, value) }
        if showsSoftirqs {
            for (vector, count) in zip(StatCollector.vectors, times.softirqs) {
                writer.write(Metric.softirqs, .none, extra: ("vector", vector), count)
            }
        }
        for _ in 0..<times.malformedLines { writer.loseItem("\(source.path): a line has no number") }
    }
}

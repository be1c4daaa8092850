// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// What the flags of the collector `perf` choose.
struct PerfSelection {
    /// The CPUs to count on; nil for all.
    let cpus: Set<Int>?
    /// The events that have families of their own.
    let keys: [PerfMetric]
    /// The tracepoints.
    let tracepoints: [PerfTracepoint]
    /// Names of cache events that nothing is called by.
    let unknownProfilers: [String]

    init(_ options: Options) throws(ConfigurationError) {
        cpus = try Self.numbers(options[PerfCollector.cpus])
        var kinds = Set(PerfMetric.Kind.allCases)
        if options[PerfCollector.hidesHardware] { kinds.remove(.hardware) }
        if options[PerfCollector.hidesSoftware] { kinds.remove(.software) }
        if options[PerfCollector.hidesCaches] { kinds.remove(.cache) }
        let caches = Set(options[PerfCollector.caches])
        keys = PerfMetric.allCases.filter {
            kinds.contains($0.kind) && ($0.kind != .cache || caches.isEmpty || caches.contains($0.profiler))
        }
        unknownProfilers = caches.subtracting(PerfMetric.allCases.map(\.profiler)).sorted()
        var tracepoints: [PerfTracepoint] = []
        for text in options[PerfCollector.tracepoints] {
            guard let tracepoint = PerfTracepoint(text) else {
                throw ConfigurationError(
                    flag: PerfCollector.tracepoints.descriptor.name,
                    "takes group:event, such as sched:sched_process_exec")
            }
            tracepoints.append(tracepoint)
        }
        self.tracepoints = tracepoints
    }

    /// The numbers of a list of CPUs such as `0-3,8` or `0-10:5`; nil for all.
    static func numbers(_ text: String) throws(ConfigurationError) -> Set<Int>? {
        if text.isEmpty { return nil }
        var numbers: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let range = range(part) else {
                throw ConfigurationError(
                    flag: PerfCollector.cpus.descriptor.name, "takes CPUs such as 0-3,8 or 0-10:5 for each fifth")
            }
            numbers.formUnion(range)
        }
        return numbers
    }

    private static func range(_ text: Substring) -> StrideThrough<Int>? {
        let halves = text.split(separator: ":", omittingEmptySubsequences: false)
        let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        guard halves.count <= 2, ends.count <= 2, halves.count == 1 || ends.count == 2,
            let step = halves.count == 2 ? Int(halves[1]) : 1, step > 0,
            let first = Int(ends[0]), let last = Int(ends[ends.count - 1]), first >= 0, last < CPUNumbers.limit
        else { return nil }
        return stride(from: first, through: last, by: step)
    }
}

/// A tracepoint of the kernel.
///
/// Source: kernel Documentation/trace/events.rst.
struct PerfTracepoint: Equatable {
    /// The type of such events, PERF_TYPE_TRACEPOINT.
    static let type: UInt32 = 2

    /// The part of the kernel that it is of.
    let group: String
    /// Its name there.
    let event: String

    /// Takes `group:event`, letters, digits and underscores; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ Self.isName($0) }) else { return nil }
        group = String(parts[0])
        event = String(parts[1])
    }

    private static func isName(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
            }
    }

    /// As flags have it.
    var name: String { "\(group):\(event)" }

    /// What it becomes.
    var family: MetricFamily {
        .counter("node_perf_\(group)_\(event)", ["cpu"], "Times that the tracepoint \(name) was passed.")
    }

    /// The file with the number by which it is counted.
    func idPath(below tracing: String) -> String { "\(tracing)/events/\(group)/\(event)/id" }
}

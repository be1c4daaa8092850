// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Glibc
import KernelFiles

/// Events of the hardware and of the kernel, counted on each CPU.
///
/// Source: perf_event_open(2), kernel Documentation/admin-guide/perf-security.rst.
struct PerfCollector: Collector {
    typealias Metric = PerfMetric

    static let cpus = Flag.text(
        "collector.perf.cpus", help: "CPUs to count on, such as 0-3,8 or 0-10:5 for each fifth; empty for all.")
    static let tracepoints = Flag.texts(
        "collector.perf.tracepoint", help: "A tracepoint to count, such as sched:sched_process_exec.")
    static let hidesHardware = Flag.toggle(
        "collector.perf.disable-hardware-profilers", help: "Do not count events of the CPU.")
    static let hardware = Flag.text(
        "collector.perf.hardware-profilers",
        help: "Events of the CPU; accepted for node_exporter's sake, which counts all of them whatever is given.",
        isInert: true)
    static let hidesSoftware = Flag.toggle(
        "collector.perf.disable-software-profilers", help: "Do not count events of the kernel.")
    static let software = Flag.text(
        "collector.perf.software-profilers",
        help: "Events of the kernel; accepted for node_exporter's sake, which counts all of them whatever is given.",
        isInert: true)
    static let hidesCaches = Flag.toggle(
        "collector.perf.disable-cache-profilers", help: "Do not count events of the caches.")
    static let caches = Flag.texts(
        "collector.perf.cache-profilers", help: "An event of the caches to count, such as LLReadMiss; none for all.")

    static let descriptor = CollectorDescriptor(
        name: "perf", group: .cpu, isDefault: false, help: "Events of hardware and kernel, counted on each CPU.",
        reads: ["perf_event_open(2)", "/sys/devices/system/cpu/online", "/sys/kernel/tracing/events/*/*/id"],
        lane: .own,
        flags: [
            cpus, tracepoints, hidesHardware, hardware, hidesSoftware, software, hidesCaches, caches,
        ],
        openFamilies: [
            .counter("node_perf_<tracepoint>", ["cpu"], "Times that a tracepoint, named group_event, was passed.")
        ], shareNanoseconds: 1_000_000_000)

    private let selection: PerfSelection
    private let onlineFile: KernelFile
    /// Where tracepoints are described, the newer place first.
    private let tracing: [String]

    /// The list of CPUs that are online for which events were opened; nil where it is to be done anew.
    private var onlineText: String?
    private var cpus = PerfCPUs()
    /// The families of the tracepoints, in their order.
    private let families: [MetricFamily]
    /// Tracepoints that this kernel does not have, or does not show.
    private var missing: [String] = []

    init(context: CollectorContext) throws(ConfigurationError) {
        selection = try PerfSelection(context.options)
        onlineFile = KernelFile(oneRead: context.roots.sys("devices/system/cpu/online"))
        tracing = [context.roots.sys("kernel/tracing"), context.roots.sys("kernel/debug/tracing")]
        families = selection.tracepoints.map(\.family)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let online = try reader.readIfPresent(onlineFile) else {
            return .noKernelFeature("\(onlineFile.path) is not there")
        }
        if onlineText.map({ online == $0 }) != true {
            // One CPU is online always.
            guard let numbers = CPUNumbers.ranges(online), !numbers.isEmpty else {
                throw .malformed(onlineFile.path, online)
            }
            onlineText = online.text
            cpus.open(numbers.filter { selection.cpus?.contains($0) ?? true }, events(from: &reader))
        }
        if let failure = cpus.failure, failure.isPermission || failure.errno == ENOSYS {
            // Rights may be given while this runs.
            onlineText = nil
            if failure.isPermission { return .absent(Absence(.noPermission, Self.text(failure))) }
            return .noKernelFeature(Self.text(failure))
        }
        for name in selection.unknownProfilers { writer.loseItem("no event of the caches is called \(name)") }
        for name in missing { writer.loseItem("this kernel shows no tracepoint \(name)") }
        write(into: &writer)
        return .available
    }

    /// All events that are to be counted on each CPU.
    private mutating func events(from reader: inout KernelFileReader) -> [PerfEvent] {
        var events = selection.keys.enumerated().map {
            PerfEvent(type: $0.element.kind.rawValue, config: $0.element.config, place: $0.offset)
        }
        missing = []
        for (at, tracepoint) in selection.tracepoints.enumerated() {
            // Only root may look there on many hosts; what is not seen is said as missing.
            var id: UInt64?
            for place in tracing where id == nil {
                id = try? reader.contents(ofPath: tracepoint.idPath(below: place)).trimmed.unsigned
            }
            if let id {
                events.append(PerfEvent(type: PerfTracepoint.type, config: id, place: selection.keys.count + at))
            } else {
                missing.append(tracepoint.name)
            }
        }
        return events
    }

    private mutating func write(into writer: inout Writer) {
        let keys = selection.keys
        for cpu in 0..<cpus.count {
            let labels = writer.labels { $0.add("cpu", cpus.number(of: cpu)) }
            if let failure = cpus.failure(of: cpu) {
                writer.loseItem("CPU \(cpus.number(of: cpu)): \(Self.text(failure))")
            }
            do throws(PerfError) {
                try cpus.read(cpu) { place, value in
                    if place < keys.count {
                        writer.write(keys[place], labels, value)
                    } else {
                        writer.write(writer.family(families[place - keys.count]), labels, value)
                    }
                }
            } catch {
                writer.loseItem("CPU \(cpus.number(of: cpu)): \(Self.text(error))")
            }
        }
    }

    private static func text(_ error: PerfError) -> String {
        let text = "perf_event_open: \(KernelFileError.text(of: error.errno))"
        return error.isPermission ? text + "; it takes CAP_PERFMON, or kernel.perf_event_paranoid of 0 or less" : text
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// What the CPUs did since boot, and what they are.
///
/// Sources: /proc/stat and /proc/cpuinfo, proc(5); /sys/devices/system/cpu, kernel
/// Documentation/ABI/testing/sysfs-devices-system-cpu.
struct CPUCollector: Collector {
    enum Metric: Int, FamilyKey {
        case seconds, guestSeconds, info, flag, bug, frequency, coreThrottles, packageThrottles, isolated, online

        var family: MetricFamily {
            switch self {
            case .seconds:
                .counter("node_cpu_seconds_total", ["cpu", "mode"], "Seconds that a CPU spent since boot, by mode.")
            case .guestSeconds:
                .counter(
                    "node_cpu_guest_seconds_total", ["cpu", "mode"],
                    "Seconds that a CPU spent in virtual machines since boot; also a part of the modes user and nice.")
            case .info:
                .gauge(
                    "node_cpu_info",
                    [
                        "package", "core", "cpu", "vendor", "family", "model", "model_name", "microcode", "stepping",
                        "cachesize",
                    ], "What a CPU is, from /proc/cpuinfo; always 1.")
            case .flag: .gauge("node_cpu_flag_info", ["flag"], "A feature flag of the first CPU; always 1.")
            case .bug: .gauge("node_cpu_bug_info", ["bug"], "A hardware bug of the first CPU; always 1.")
            case .frequency: SharedFamilies.cpuFrequencyHertz
            case .coreThrottles:
                .counter(
                    "node_cpu_core_throttles_total", ["core", "package"], "How often a core was slowed down by heat.")
            case .packageThrottles:
                .counter("node_cpu_package_throttles_total", ["package"], "How often a package was slowed by heat.")
            case .isolated: .gauge("node_cpu_isolated", ["cpu"], "1 for a CPU that the scheduler leaves alone.")
            case .online: .gauge("node_cpu_online", ["cpu"], "1 for a CPU that is online, 0 for one that is not.")
            }
        }
    }

    static let guest = Flag.toggle("collector.cpu.guest", default: true, help: "Show time spent in virtual machines.")
    static let info = Flag.toggle("collector.cpu.info", help: "Show what the CPUs are, from /proc/cpuinfo.")
    static let flagsInclude = Flag.pattern(
        "collector.cpu.info.flags-include", help: "Show the feature flags that match; turns --collector.cpu.info on.")
    static let bugsInclude = Flag.pattern(
        "collector.cpu.info.bugs-include", help: "Show the hardware bugs that match; turns --collector.cpu.info on.")

    static let descriptor = CollectorDescriptor(
        name: "cpu", group: .cpu, help: "Time that each CPU spent in each mode, throttling, and what the CPUs are.",
        reads: [
            "/proc/stat", "/proc/cpuinfo (with --collector.cpu.info)",
            "/sys/devices/system/cpu/{online,present,isolated}",
            "/sys/devices/system/cpu/cpu*/topology (when a CPU comes or goes)",
            "/sys/devices/system/cpu/cpu*/thermal_throttle",
        ],
        sources: [CPUTimesSource.self],
        flags: [
            guest,
            info,
            flagsInclude,
            bugsInclude,
        ])

    private let source: CPUTimesSource
    private let showsGuest: Bool
    private var info: CPUInfo?
    private var shown = MonotonicJiffies()
    private var topology: CPUTopology

    init(context: CollectorContext) throws(ConfigurationError) {
        source = try context.source(CPUTimesSource.self)
        showsGuest = context.options[Self.guest]
        info = try CPUInfo(context)
        topology = CPUTopology(roots: context.roots)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        let isThere = collectTimes(from: &reader, into: &writer)
        topology.collect(from: &reader, into: &writer)
        if !isThere {
            if writer.sampleCount == 0 { return .noKernelFeature("\(source.path) is not there") }
            writer.loseItem("\(source.path) is not there")
        }
        info?.collect(from: &reader, into: &writer)
        return .available
    }

    /// Writes what each CPU did; false where there is no such file.
    private mutating func collectTimes(from reader: inout KernelFileReader, into writer: inout Writer) -> Bool {
        let source = source
        do throws(CollectorError) {
            let found: Void? = try source.times(from: &reader) { (times) throws(CollectorError) in
                for _ in 0..<times.malformedCPULines {
                    writer.loseItem("\(source.path): a CPU's line is no list of numbers")
                }
                if times.cpus.isEmpty { writer.loseItem("\(source.path) has no line of a CPU") }
                shown.beginRound()
                for cpu in times.cpus { write(cpu, into: &writer) }
            }
            return found != nil
        } catch {
            writer.lose(error)
            return true
        }
    }

    private mutating func write(_ cpu: CPUTimes.CPU, into writer: inout Writer) {
        let time = shown.advance(cpu)
        let labels = writer.labels { $0.add("cpu", cpu.number) }
        func write(_ metric: Metric, _ mode: StaticString, _ jiffies: UInt64) {
            writer.write(metric, labels, extra: ("mode", mode), SampleValue.decimal(jiffies, scale: 2))
        }
        write(.seconds, "user", time.user)
        write(.seconds, "nice", time.nice)
        write(.seconds, "system", time.system)
        write(.seconds, "idle", time.idle)
        write(.seconds, "iowait", time.iowait)
        write(.seconds, "irq", time.irq)
        write(.seconds, "softirq", time.softirq)
        write(.seconds, "steal", time.steal)
        guard showsGuest else { return }
        write(.guestSeconds, "user", time.guest)
        write(.guestSeconds, "nice", time.guestNice)
    }
}

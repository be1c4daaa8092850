// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// What the CPUs are, by their own word.
///
/// Source: /proc/cpuinfo; which keys it has depends on the architecture, see `CPUInfoLines`.
struct CPUInfo {
    private let file: KernelFile
    private let flags: Pattern?
    private let bugs: Pattern?
    private let showsFrequency: Bool
    private var lines = CPUInfoLines()

    /// Nil where nobody asked for it.
    init?(_ context: CollectorContext) throws(ConfigurationError) {
        let options = context.options
        flags = try options.pattern(CPUCollector.flagsInclude)
        bugs = try options.pattern(CPUCollector.bugsInclude)
        guard options[CPUCollector.info] || flags != nil || bugs != nil else { return nil }
        file = KernelFile(context.roots.proc("cpuinfo"))
        // As in node_exporter, the frequency goes away together with the cpufreq collector.
        showsFrequency = context.isEnabled("cpufreq")
    }

    /// Writes all CPUs, and the flags and bugs of the first.
    mutating func collect(from reader: inout KernelFileReader, into writer: inout MetricWriter<CPUCollector.Metric>) {
        let bytes: Bytes
        switch reader.part(file, or: &writer) {
        case .content(let content): bytes = content
        case .absent:
            writer.loseItem("\(file.path) is not there")
            return
        case .lost: return
        }
        lines.parse(bytes)
        for number in lines.malformed {
            writer.loseItem("\(file.path): \"\(number.upTo(64).text)\" is no CPU's number")
        }
        guard let first = lines.cpus.first else {
            writer.loseItem("\(file.path) has no CPU")
            return
        }
        for cpu in lines.cpus { write(cpu, into: &writer) }
        write(.flag, "flag", first.flags, matching: flags, into: &writer)
        write(.bug, "bug", first.bugs, matching: bugs, into: &writer)
    }

    private func write(_ cpu: CPUInfoLines.CPU, into writer: inout MetricWriter<CPUCollector.Metric>) {
        let labels = writer.labels {
            $0.add("package", cpu.package)
            $0.add("core", cpu.core)
            $0.add("cpu", cpu.number)
            $0.add("vendor", cpu.vendor)
            $0.add("family", cpu.family)
            $0.add("model", cpu.model)
            $0.add("model_name", cpu.modelName)
            $0.add("microcode", cpu.microcode)
            $0.add("stepping", cpu.stepping)
            $0.add("cachesize", cpu.cacheSize)
        }
        writer.write(CPUCollector.Metric.info, labels, true)
        guard showsFrequency, !cpu.frequency.isEmpty else { return }
        guard let megahertz = megahertz(cpu) else {
            writer.loseItem(
                "\(file.path): \"\(cpu.frequency.upTo(64).text)\" is no frequency of CPU \(cpu.number.text)")
            return
        }
        let place = writer.labels {
            $0.add("package", cpu.package)
            $0.add("core", cpu.core)
            $0.add("cpu", cpu.number)
        }
        writer.write(CPUCollector.Metric.frequency, place, megahertz * 1e6)
    }

    private func megahertz(_ cpu: CPUInfoLines.CPU) -> Double? {
        let text = cpu.frequency
        return text.hasSuffix("MHz") ? text.upTo(text.count - 3).real : text.real
    }

    private func write(
        _ metric: CPUCollector.Metric, _ label: StaticString, _ words: Bytes, matching pattern: Pattern?,
        into writer: inout MetricWriter<CPUCollector.Metric>
    ) {
        guard let pattern else { return }
        var words = ByteScanner(words)
        while let word = words.nextField() {
            if pattern.matches(word) { writer.write(metric, writer.labels(label, word), true) }
        }
    }
}

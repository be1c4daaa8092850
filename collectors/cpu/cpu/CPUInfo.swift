// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// What the CPUs are, by their own word.
///
/// Source: /proc/cpuinfo, whose fields depend on the architecture.
struct CPUInfo {
    /// The properties of one CPU; empty where it has none.
    private struct Block {
        var processor = Bytes("")
        var vendor = Bytes("")
        var family = Bytes("")
        var model = Bytes("")
        var modelName = Bytes("")
        var microcode = Bytes("")
        var stepping = Bytes("")
        var cacheSize = Bytes("")
        var package = Bytes("")
        var core = Bytes("")
        var flags = Bytes("")
        var bugs = Bytes("")
        var megahertz = Bytes("")

        mutating func take(_ key: Bytes, _ value: Bytes) {
            switch key {
            case "processor": processor = value
            case "vendor_id": vendor = value
            case "cpu family": family = value
            case "model": model = value
            case "model name": modelName = value
            case "microcode": microcode = value
            case "stepping": stepping = value
            case "cache size": cacheSize = value
            case "physical id": package = value
            case "core id": core = value
            case "flags", "Features": flags = value
            case "bugs": bugs = value
            case "cpu MHz": megahertz = value
            default: break
            }
        }
    }

    private let file: KernelFile
    private let flags: Pattern?
    private let bugs: Pattern?
    private let showsFrequency: Bool

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
    func collect(from reader: inout KernelFileReader, into writer: inout MetricWriter<CPUCollector.Metric>)
        throws(CollectorError)
    {
        guard let bytes = try reader.readIfPresent(file) else {
            writer.loseItem("\(file.path) is not there")
            return
        }
        var block: Block?
        var isFirst = true
        var lines = ByteScanner(bytes)
        while let line = lines.nextLine() {
            guard let colon = line.firstIndex(of: 0x3A) else { continue }
            let key = line.upTo(colon).trimmed
            if key == "processor" {
                finish(block, &isFirst, into: &writer)
                block = Block()
            }
            block?.take(key, line.from(colon + 1).trimmed)
        }
        finish(block, &isFirst, into: &writer)
        if isFirst { writer.loseItem("\(file.path) has no CPU") }
    }

    private func finish(_ block: Block?, _ isFirst: inout Bool, into writer: inout MetricWriter<CPUCollector.Metric>) {
        guard let block else { return }
        guard block.processor.unsigned != nil else {
            writer.loseItem("\(file.path): \"\(block.processor.upTo(64).text)\" is no CPU's number")
            return
        }
        write(block, into: &writer)
        if isFirst {
            write(.flag, "flag", block.flags, matching: flags, into: &writer)
            write(.bug, "bug", block.bugs, matching: bugs, into: &writer)
        }
        isFirst = false
    }

    private func write(_ block: Block, into writer: inout MetricWriter<CPUCollector.Metric>) {
        let labels = writer.labels {
            $0.add("package", block.package)
            $0.add("core", block.core)
            $0.add("cpu", block.processor)
            $0.add("vendor", block.vendor)
            $0.add("family", block.family)
            $0.add("model", block.model)
            $0.add("model_name", block.modelName)
            $0.add("microcode", block.microcode)
            $0.add("stepping", block.stepping)
            $0.add("cachesize", block.cacheSize)
        }
        writer.write(CPUCollector.Metric.info, labels, true)
        guard showsFrequency, let megahertz = block.megahertz.real else { return }
        let place = writer.labels {
            $0.add("package", block.package)
            $0.add("core", block.core)
            $0.add("cpu", block.processor)
        }
        writer.write(CPUCollector.Metric.frequency, place, megahertz * 1e6)
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

/// Lets a switch over bytes have literal cases.
private func ~= (literal: StaticString, bytes: Bytes) -> Bool {
    bytes == literal
}

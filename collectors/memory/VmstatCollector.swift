// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Counts of the memory management.
///
/// Source: /proc/vmstat, whose fields differ from kernel to kernel.
struct VmstatCollector: Collector {
    typealias Metric = NoMetrics

    static let descriptor = CollectorDescriptor(
        name: "vmstat", group: .memory, help: "Counts of the memory management: paging, swapping, faults.",
        reads: ["/proc/vmstat"],
        options: [
            OptionDescriptor(
                "collector.vmstat.fields", .pattern(default: "^(oom_kill|pgpg|pswp|pg.*fault).*"),
                help: "Show the fields that match.")
        ],
        families: [],
        openFamilies: [.untyped("node_vmstat_<field>", [], "The field of this name in /proc/vmstat.")])

    /// What is decided about a line: an index into `families`, or one of these.
    private enum Verdict {
        /// The options leave it out.
        static let hidden = -1
        /// No metric can have its name.
        static let malformed = -2
    }

    /// Far more fields than any kernel has; a file whose names change with each read must not fill the memory.
    private static let fieldLimit = 4_096

    private let file: KernelFile
    private let fields: Pattern?
    private var memory = LineMemory()
    /// The fields that are shown, and the writer's families of them.
    private var families: [MetricFamily] = []
    private var written: [MetricWriter.Family] = []
    /// Bytes up to the end of the last line that is shown, with room for numbers that grow: the kernel makes the file page
    /// by page, and what comes behind them need not be made.
    private var enough = Int.max
    /// Lines that were shown when all of the file was read.
    private var shownCount = 0

    /// What was found in the file.
    private struct Findings {
        var good = 0
        var shown = 0
        /// Offset behind the last line that is shown.
        var end = 0
    }

    init(context: CollectorContext) throws(ConfigurationError) {
        file = KernelFile(context.roots.proc("vmstat"), .many(longest: 128))
        fields = try context.options.pattern("collector.vmstat.fields")
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout MetricWriter
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file, enough: enough) else {
            enough = .max
            return .noKernelFeature("\(file.path) is not there")
        }
        var found = write(bytes, into: &writer)
        if enough < .max, found.shown < shownCount {
            // The lines have moved. Those that have been written are not written again.
            enough = .max
            found = write(try reader.read(file), into: &writer)
        }
        if found.good == 0 {
            enough = .max
            throw .malformed(file.path, bytes)
        }
        if enough == .max {
            enough = found.end + 256
            shownCount = found.shown
        }
        return .available
    }

    private mutating func write(_ bytes: Bytes, into writer: inout MetricWriter) -> Findings {
        var lines = ByteScanner(bytes)
        var number = 0
        var found = Findings()
        while true {
            let hidden = memory.skip(&lines, from: number, decided: Verdict.hidden)
            number += hidden
            found.good += hidden
            guard !lines.isAtEnd else { return found }
            guard let (verdict, rest, line) = memory.next(&lines, at: number) ?? look(at: &lines, number) else {
                writer.loseItem("\(file.path) has an empty line")
                continue
            }
            number += 1
            if verdict == Verdict.hidden {
                found.good += 1
                continue
            }
            var words = ByteScanner(rest)
            guard verdict >= 0, let value = words.nextField().flatMap(VmstatCollector.value) else {
                writer.loseItem("\(file.path): \"\(line.upTo(64).text)\" is no field with a number")
                continue
            }
            found.good += 1
            found.shown += 1
            found.end = bytes.count - lines.rest.count
            if !writer.has(written[verdict]) { written[verdict] = writer.family(families[verdict]) }
            writer.write(written[verdict], .none, value)
        }
    }

    /// Decides about a line that was not at its place before; nil for an empty one.
    private mutating func look(
        at lines: inout ByteScanner, _ number: Int
    ) -> (verdict: Int, rest: Bytes, line: Bytes)? {
        guard let line = lines.nextLine() else { return nil }
        var words = ByteScanner(line)
        guard let name = words.nextField() else { return nil }
        let verdict = verdict(of: name)
        let behind = line.count &- words.rest.count
        // Only a name that begins the line, with the blank behind it, can be known again at a glance.
        if behind == name.count, behind < line.count { memory.remember(line.upTo(behind &+ 1), verdict, at: number) }
        return (verdict, words.rest, line)
    }

    private mutating func verdict(of name: Bytes) -> Int {
        let text = name.text
        // All the kernel's words are of these letters, so what is not comes from a damaged line.
        let isGood = text.utf8.allSatisfy {
            switch $0 {
            case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
            default: false
            }
        }
        guard isGood else { return Verdict.malformed }
        guard fields?.matches(name) ?? true else { return Verdict.hidden }
        let family = MetricFamily.untyped("node_vmstat_" + text, [], "The field \(text) of /proc/vmstat.")
        if let known = families.firstIndex(of: family) { return known }
        if families.count == Self.fieldLimit {
            families.removeAll()
            written.removeAll()
            memory = LineMemory()
        }
        families.append(family)
        written.append(.none)
        return families.count - 1
    }

    private static func value(_ word: Bytes) -> SampleValue? {
        if let value = word.unsigned { return .unsigned(value) }
        return word.real.map { .real($0) }
    }
}

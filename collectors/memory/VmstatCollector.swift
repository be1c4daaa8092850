// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Counts of the memory management.
///
/// Source: /proc/vmstat, whose fields differ from kernel to kernel.
struct VmstatCollector: Collector {
    typealias Metric = NoMetrics

    static let fields = Flag.pattern(
        "collector.vmstat.fields", default: "^(oom_kill|pgpg|pswp|pg.*fault).*", help: "Show the fields that match.")

    static let descriptor = CollectorDescriptor(
        name: "vmstat", group: .memory, help: "Counts of the memory management: paging, swapping, faults.",
        reads: ["/proc/vmstat"],
        flags: [
            fields
        ],
        openFamilies: [.untyped("node_vmstat_<field>", [], "The field of this name in /proc/vmstat.")])

    /// What is decided about a line: a number of `families`, or one of these.
    private enum Decision {
        /// The options leave it out.
        static let hidden = -1
        /// No metric can have its name.
        static let malformed = -2
    }

    private let file: KernelFile
    private let fields: Pattern?
    private var memory = LineMemory()
    /// The fields that are shown.
    private var families = NamedFamilies()

    init(context: CollectorContext) throws(ConfigurationError) {
        file = KernelFile(context.roots.proc("vmstat"))
        fields = try context.options.pattern(Self.fields)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else { return .noKernelFeature("\(file.path) is not there") }
        if families.isFull {
            families = NamedFamilies()
            memory = LineMemory()
        }
        var lines = ByteScanner(bytes)
        var number = 0
        while true {
            number += memory.skip(&lines, from: number, decided: Decision.hidden)
            guard !lines.isAtEnd else { break }
            guard let (decision, rest, line) = memory.next(&lines, at: number) ?? decide(aboutNextOf: &lines, number)
            else {
                writer.loseItem("\(file.path) has an empty line")
                continue
            }
            number += 1
            if decision == Decision.hidden { continue }
            var words = ByteScanner(rest)
            guard decision >= 0, let value = words.nextField().flatMap(VmstatCollector.value) else {
                writer.loseItem("\(file.path): \"\(line.upTo(64).text)\" is no field with a number")
                continue
            }
            families.write(decision, value, into: &writer)
        }
        return .available
    }

    /// Decides about a line that was not at its place before; nil for an empty one.
    private mutating func decide(
        aboutNextOf lines: inout ByteScanner, _ number: Int
    ) -> (decision: Int, rest: Bytes, line: Bytes)? {
        guard let line = lines.nextLine() else { return nil }
        var words = ByteScanner(line)
        guard let name = words.nextField() else { return nil }
        let decision = decision(of: name)
        let rest = words.rest
        // What is not asked for is not read again, so that it is looked at here.
        if decision == Decision.hidden, words.nextField().flatMap(VmstatCollector.value) == nil {
            return (Decision.malformed, rest, line)
        }
        memory.remember(firstWord: name, of: line, decision, at: number)
        return (decision, rest, line)
    }

    private mutating func decision(of name: Bytes) -> Int {
        let text = name.text
        // All the kernel's words are of these letters, so what is not comes from a damaged line.
        let isGood = text.utf8.allSatisfy {
            switch $0 {
            case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
            default: false
            }
        }
        guard isGood else { return Decision.malformed }
        guard fields?.matches(name) ?? true else { return Decision.hidden }
        return families.number(
            of: .untyped("node_vmstat_" + text, [], "The field \(text) of /proc/vmstat."))
    }

    private static func value(_ word: Bytes) -> SampleValue? {
        if let value = word.unsigned { return .unsigned(value) }
        return word.real.map { .real($0) }
    }
}

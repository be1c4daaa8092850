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

    /// What becomes of a line: the field's name, and its family where it is shown.
    ///
    /// A class, because looking at one of two hundred must not copy it.
    private final class Line {
        let name: String
        let family: MetricFamily?
        /// True where the options leave it out; false also where no metric can have this name.
        let isHidden: Bool
        private let length: Int
        private let lastByte: UInt8?

        init(_ name: Bytes, shown fields: Pattern?) {
            let text = name.text
            self.name = text
            length = name.count
            lastByte = name[name.count - 1]
            // All the kernel's words are of these letters, so what is not comes from a damaged line.
            let isGood = text.utf8.allSatisfy {
                switch $0 {
                case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
                default: false
                }
            }
            isHidden = isGood && !(fields?.matches(name) ?? true)
            family =
                isGood && !isHidden ? .untyped("node_vmstat_" + text, [], "The field \(text) of /proc/vmstat.") : nil
        }

        /// True where a line at the same place is of this field.
        ///
        /// The names of a running kernel stay, so for the many that are not shown a look at the length and one letter
        /// is enough.
        func isOf(_ other: Bytes) -> Bool {
            guard length == other.count, lastByte == other[length - 1] else { return false }
            return isHidden || other == name
        }
    }

    private let file: KernelFile
    private let fields: Pattern?
    /// What each line was last time; kernels keep the order.
    private var plan: [Line] = []

    init(context: CollectorContext) throws(ConfigurationError) {
        file = KernelFile(context.roots.proc("vmstat"), .many(longest: 128))
        fields = try context.options.pattern("collector.vmstat.fields")
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout MetricWriter
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else { return .noKernelFeature("\(file.path) is not there") }
        var lines = ByteScanner(bytes)
        var number = 0
        var good = 0
        while let text = lines.nextLine() {
            var words = ByteScanner(text)
            guard let name = words.nextField() else {
                writer.loseItem("\(file.path) has an empty line")
                continue
            }
            let line = line(name, at: number)
            number += 1
            if line.isHidden {
                good += 1
                continue
            }
            guard let family = line.family, let value = words.nextField().flatMap(VmstatCollector.value) else {
                writer.loseItem("\(file.path): \"\(text.upTo(64).text)\" is no field with a number")
                continue
            }
            good += 1
            writer.write(writer.family(family), .none, value)
        }
        if good == 0 { throw .malformed(file.path, bytes) }
        return .available
    }

    /// Makes the plan's entry for a line fit; lines come in order, so there is one for each before it.
    private mutating func line(_ name: Bytes, at number: Int) -> Line {
        if number < plan.count, plan[number].isOf(name) { return plan[number] }
        let line = Line(name, shown: fields)
        if number < plan.count { plan[number] = line } else { plan.append(line) }
        return line
    }

    private static func value(_ word: Bytes) -> SampleValue? {
        if let value = word.unsigned { return .unsigned(value) }
        return word.real.map { .real($0) }
    }
}

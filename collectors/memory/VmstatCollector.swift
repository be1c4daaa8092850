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
    private struct Line {
        let name: String
        let family: MetricFamily?
        /// True where no metric can have this name.
        let isBad: Bool

        init(_ name: Bytes, shown fields: Pattern?) {
            let text = name.text
            self.name = text
            // All the kernel's words are of these letters, so what is not comes from a damaged line.
            isBad = !text.utf8.allSatisfy {
                switch $0 {
                case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
                default: false
                }
            }
            let isShown = !isBad && fields?.matches(name) ?? true
            family = isShown ? .untyped("node_vmstat_" + text, [], "The field \(text) of /proc/vmstat.") : nil
        }
    }

    private let file: KernelFile
    private let fields: Pattern?
    /// What each line was last time; kernels keep the order.
    private var plan: [Line] = []

    init(context: CollectorContext) throws(ConfigurationError) {
        file = KernelFile(context.roots.proc("vmstat"))
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
            let line = line(of: name, at: number)
            number += 1
            if !line.isBad, line.family == nil {
                good += 1
                continue
            }
            guard let family = line.family, let word = words.nextField(), let value = VmstatCollector.value(word) else {
                writer.loseItem("\(file.path): \"\(text.upTo(64).text)\" is no field with a number")
                continue
            }
            good += 1
            writer.write(writer.family(family), .none, value)
        }
        if good == 0 { throw .malformed(file.path, bytes) }
        return .available
    }

    private mutating func line(of name: Bytes, at number: Int) -> Line {
        if plan.indices.contains(number), name == plan[number].name { return plan[number] }
        let line = Line(name, shown: fields)
        if plan.indices.contains(number) {
            plan[number] = line
        } else if number == plan.count, number < 1_024 {
            // More lines than any kernel writes are not worth remembering.
            plan.append(line)
        }
        return line
    }

    private static func value(_ word: Bytes) -> SampleValue? {
        if let value = word.unsigned { return .unsigned(value) }
        return word.real.map { .real($0) }
    }
}

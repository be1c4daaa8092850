// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// How memory is used.
///
/// Source: /proc/meminfo, proc_meminfo(5).
struct MeminfoCollector: Collector {
    static let descriptor = CollectorDescriptor(
        name: "meminfo", group: .memory, help: "Sizes of the parts that memory and swap are used for.",
        reads: ["/proc/meminfo"])

    private let fields = Metric.fields
    private let file: KernelFile
    /// The index of the field that each line holds, -1 for none of ours.
    private var memory = LineMemory()

    init(context: CollectorContext) throws(ConfigurationError) {
        file = context.sharedFile(context.roots.proc("meminfo"))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else { return .noKernelFeature("\(file.path) is not there") }
        var lines = ByteScanner(bytes)
        var number = 0
        var known = 0
        while !lines.isAtEnd {
            let (index, rest, line) = memory.next(&lines, at: number) ?? decide(aboutNextOf: &lines, number)
            number += 1
            guard index >= 0 else { continue }
            guard let value = rest.flatMap(MeminfoCollector.value) else {
                writer.loseItem("\(file.path): \"\(line.upTo(64).text)\" has no size")
                continue
            }
            known += 1
            writer.write(fields[index].key, value)
        }
        guard known > 0 else { throw .malformed(file.path, bytes) }
        return .available
    }

    /// Decides about a line that was not at its place before; there is nothing to read where it has no colon.
    private mutating func decide(
        aboutNextOf lines: inout ByteScanner, _ number: Int
    ) -> (decision: Int, rest: Bytes?, line: Bytes) {
        let line = lines.nextLine() ?? Bytes("")
        let colon = line.firstIndex(of: UInt8(ascii: ":"))
        let key = line.upTo(colon ?? line.count)
        let index = fields.firstIndex { key == $0.name } ?? -1
        if let colon { memory.remember(line.upTo(colon &+ 1), index, at: number) }
        return (index, colon.map { line.from($0 &+ 1) }, line)
    }

    /// Bytes, or a plain number where the line has no unit; nil where it has another one or no number.
    private static func value(_ text: Bytes) -> UInt64? {
        var fields = ByteScanner(text)
        guard let number = fields.nextUnsigned() else { return nil }
        if fields.rest != " kB" {
            guard let unit = fields.nextField() else { return number }
            guard unit == "kB", fields.nextField() == nil else { return nil }
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: 1_024)
        return overflow ? nil : bytes
    }
}

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

    /// What is decided about a line that is not shown, and about one that is no field.
    private static let unknown = -1
    private static let malformed = -2

    private let fields = Metric.fields
    private let file: KernelFile
    /// The index of the field that each line holds, or `unknown`.
    private var memory = LineMemory()

    init(context: CollectorContext) throws(ConfigurationError) {
        file = context.sharedFile(inOnePiece: context.roots.proc("meminfo"))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else { return .noKernelFeature("\(file.path) is not there") }
        var lines = ByteScanner(bytes)
        var number = 0
        while !lines.isAtEnd {
            let (index, rest, line) = memory.next(&lines, at: number) ?? decide(aboutNextOf: &lines, number)
            number += 1
            if index == Self.unknown { continue }
            guard index >= 0, let value = rest.flatMap(MeminfoCollector.value) else {
                writer.loseItem("\(file.path): \"\(line.upTo(64).text)\" has no size")
                continue
            }
            writer.write(fields[index].key, value)
        }
        if writer.sampleCount == 0 { writer.loseItem("\(file.path) has no known line") }
        return .available
    }

    /// Decides about a line that was not at its place before; a field that is not ours has to be one all the same.
    private mutating func decide(
        aboutNextOf lines: inout ByteScanner, _ number: Int
    ) -> (decision: Int, rest: Bytes?, line: Bytes) {
        let line = lines.nextLine() ?? Bytes("")
        let colon = line.firstIndex(of: UInt8(ascii: ":"))
        let key = line.upTo(colon ?? line.count)
        let rest = colon.map { line.from($0 &+ 1) }
        let known = fields.firstIndex { key == $0.name }
        if known == nil, rest.flatMap(MeminfoCollector.value) == nil { return (Self.malformed, rest, line) }
        let index = known ?? Self.unknown
        if let colon { memory.remember(line.upTo(colon &+ 1), index, at: number) }
        return (index, rest, line)
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

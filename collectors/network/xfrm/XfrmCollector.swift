// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Packets that IPsec could not handle.
///
/// Source: /proc/net/xfrm_stat, kernel Documentation/networking/xfrm_proc.rst.
struct XfrmCollector: Collector {
    static let descriptor = CollectorDescriptor(
        name: "xfrm", group: .network, isDefault: false, help: "Packets that IPsec dropped, by the reason.",
        reads: ["/proc/net/xfrm_stat"])

    /// What is decided about a line of another kernel's.
    private static let unknown = -1

    private let fields = Metric.fields
    private let file: KernelFile
    /// The index of the field that each line holds.
    private var memory = LineMemory()

    init(context: CollectorContext) { file = KernelFile(context.roots.proc("net/xfrm_stat")) }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else { return .noKernelFeature("\(file.path) is not there") }
        var lines = ByteScanner(bytes)
        var number = 0
        var good = 0
        while !lines.isAtEnd {
            let (index, rest, line) = memory.next(&lines, at: number) ?? decide(aboutNextOf: &lines, number)
            number += 1
            guard let packets = rest.trimmed.unsigned else {
                writer.loseItem("\(file.path): \"\(line.upTo(64).text)\" has no number")
                continue
            }
            good += 1
            if index != Self.unknown { writer.write(fields[index], .none, packets) }
        }
        guard good > 0 else { throw .malformed(file.path, bytes) }
        return .available
    }

    /// Decides about a line that was not at its place before.
    private mutating func decide(
        aboutNextOf lines: inout ByteScanner, _ number: Int
    ) -> (decision: Int, rest: Bytes, line: Bytes) {
        let line = lines.nextLine() ?? Bytes("")
        var words = ByteScanner(line)
        guard let name = words.nextField() else { return (Self.unknown, line, line) }
        let index = fields.firstIndex { name == $0.name } ?? Self.unknown
        memory.remember(firstWord: name, of: line, index, at: number)
        return (index, words.rest, line)
    }
}

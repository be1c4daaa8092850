// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The lines of /proc/net/snmp6, each a name and a number, and which of them are shown.
///
/// The kernel writes the same names in the same order at each read, so the answers of the expression are kept by line
/// number and asked for again where a line has another name.
struct NetstatList {
    /// A class, because looking at one of a hundred must not copy it.
    private final class Line {
        let word: [UInt8]
        /// nil where the line is not shown.
        let name: KernelFamilyName?

        init(word: [UInt8], name: KernelFamilyName?) {
            self.word = word
            self.name = name
        }
    }

    private var lines: [Line] = []

    /// Writes the numbers of the lines that are shown.
    mutating func write(_ bytes: Bytes, path: String, fields: Pattern?, into writer: inout MetricWriter) {
        var scanner = ByteScanner(bytes)
        var number = 0
        while let line = scanner.nextLine() {
            var words = ByteScanner(line)
            guard let word = words.nextField() else { continue }
            if number == lines.count {
                lines.append(Line(word: word.array, name: Self.name(word, fields: fields)))
            } else if !word.isSame(as: lines[number].word) {
                lines[number] = Line(word: word.array, name: Self.name(word, fields: fields))
            }
            let shown = lines[number]
            if let name = shown.name {
                if let value = words.nextField() {
                    name.writeNetstat(value, path: path, into: &writer)
                } else {
                    writer.loseItem("\(path): \(line.upTo(64).text)")
                }
            }
            number += 1
        }
        // What is left over of a longer file would only hold memory.
        if number < lines.count { lines.removeLast(lines.count - number) }
    }

    /// The protocol ends with the word's first 6: `Ip6InOctets` is `Ip6_InOctets`.
    private static func name(_ word: Bytes, fields: Pattern?) -> KernelFamilyName? {
        guard let six = word.firstIndex(of: UInt8(ascii: "6")) else { return nil }
        let protocolName = word.upTo(six &+ 1)
        let field = word.from(six &+ 1)
        var name = KernelFamilyName()
        guard name.set("", protocolName, field), name.matches(fields),
            name.set("node_netstat_", protocolName, field)
        else { return nil }
        return name
    }
}

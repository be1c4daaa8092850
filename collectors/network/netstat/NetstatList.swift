// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The lines of /proc/net/snmp6, each a name and a number, and which of them are shown.
struct NetstatList {
    /// What is decided about a line that is not shown; the others have their family's number.
    private static let hidden = -1
    /// What is decided about a line that is no name with a number.
    private static let malformed = -2

    private var memory = LineMemory()

    /// Writes the numbers of the lines that are shown.
    mutating func write(
        _ bytes: Bytes, path: String, _ families: inout NetstatFamilies, into writer: inout MetricWriter<NoMetrics>
    ) {
        var scanner = ByteScanner(bytes)
        var number = 0
        while true {
            number += memory.skip(&scanner, from: number, decided: Self.hidden)
            guard !scanner.isAtEnd else { break }
            guard
                let (family, rest, line) = memory.next(&scanner, at: number)
                    ?? decide(aboutNextOf: &scanner, number, &families)
            else { continue }
            number += 1
            guard family != Self.hidden else { continue }
            var words = ByteScanner(rest)
            if family != Self.malformed, let value = words.nextField() {
                families.write(family, value, path: path, into: &writer)
            } else {
                writer.loseItem("\(path): \(line.upTo(64).text)")
            }
        }
    }

    /// Decides about a line that was not at its place before; nil for an empty one.
    private mutating func decide(
        aboutNextOf lines: inout ByteScanner, _ number: Int, _ families: inout NetstatFamilies
    ) -> (decision: Int, rest: Bytes, line: Bytes)? {
        guard let line = lines.nextLine() else { return nil }
        var words = ByteScanner(line)
        guard let name = words.nextField() else { return nil }
        var family: Int?
        // The protocol ends with the word's first 6: `Ip6InOctets` is `Ip6_InOctets`.
        if let six = name.firstIndex(of: UInt8(ascii: "6")) {
            family = families.number(of: name.upTo(six &+ 1), name.from(six &+ 1))
        }
        let rest = words.rest
        // What is not asked for is not read again, so that it is looked at here.
        if family == nil, words.nextUnsigned() == nil { return (Self.malformed, rest, line) }
        let decision = family ?? Self.hidden
        memory.remember(firstWord: name, of: line, decision, at: number)
        return (decision, rest, line)
    }
}

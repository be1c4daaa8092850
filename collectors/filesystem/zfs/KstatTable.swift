// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// A file of named statistics: a line about the table, one that names the columns, and below them a name, the number of
/// a type and a value in each line.
///
///     6 1 0x01 91 4368 5266997922 97951858082072
///     name                            type data
///     hits                            4    8772612
struct KstatTable {
    /// The types that become samples, 64-bit numbers.
    ///
    /// Source: OpenZFS include/os/linux/spl/sys/kstat.h.
    private static let signedType: StaticString = "3", unsignedType: StaticString = "4"

    /// What is decided about a line: the number of its family, or one of these.
    private enum Decision {
        /// It is no number of 64 bits.
        static let hidden = -1
        /// It is no such line, or no metric can have its name.
        static let malformed = -2
    }

    private let prefix: String
    private let source: String
    private let labels: [String]
    private var memory = LineMemory()
    private var families = NamedFamilies()

    /// A table whose families have names that begin with `prefix`, and these labels.
    init(_ prefix: String, of source: String, labels: [String]) {
        self.prefix = prefix
        self.source = source
        self.labels = labels
    }

    /// Writes the numbers of a file that has this table.
    mutating func write(
        _ text: Bytes, of path: String, _ labels: Labels, into writer: inout MetricWriter<ZFSCollector.Metric>
    ) {
        var lines = ByteScanner(text)
        guard KstatTable.skipHeader(&lines) else {
            writer.loseItem("\(path): no table of statistics in \"\(text.upTo(64).text)\"")
            return
        }
        if families.isFull {
            families = NamedFamilies()
            memory = LineMemory()
        }
        var number = 0
        while !lines.isAtEnd {
            guard let (decision, rest, line) = memory.next(&lines, at: number) ?? decide(aboutNextOf: &lines, number)
            else { continue }
            number += 1
            if decision == Decision.hidden { continue }
            var words = ByteScanner(rest)
            guard decision >= 0, let value = words.nextField().flatMap(KstatTable.value) else {
                writer.loseItem("\(path): unexpected line \"\(line.upTo(64).text)\"")
                continue
            }
            families.write(decision, labels, value, into: &writer)
        }
    }

    /// Walks over the lines up to the one that names the columns; false where there is none.
    private static func skipHeader(_ lines: inout ByteScanner) -> Bool {
        while let line = lines.nextLine() {
            var words = ByteScanner(line)
            if let name = words.nextField(), name == "name", let type = words.nextField(), type == "type" {
                return true
            }
        }
        return false
    }

    /// Decides about a line that was not at its place before; nil for an empty one.
    private mutating func decide(
        aboutNextOf lines: inout ByteScanner, _ number: Int
    ) -> (decision: Int, rest: Bytes, line: Bytes)? {
        guard let line = lines.nextLine() else { return nil }
        var words = ByteScanner(line)
        guard let name = words.nextField() else { return nil }
        guard let type = words.nextField() else { return (Decision.malformed, words.rest, line) }
        let decision =
            type == Self.signedType || type == Self.unsignedType ? family(of: name) : Decision.hidden
        let start = line.count &- words.rest.count &+ words.rest.leadingBlanks
        if start < line.count { memory.remember(line.upTo(start), decision, at: number) }
        return (decision, words.rest, line)
    }

    private mutating func family(of name: Bytes) -> Int {
        guard let text = KstatName.metricPart(name) else { return Decision.malformed }
        let help = "The field \(name.text) of /proc/spl/kstat/zfs/\(labels.isEmpty ? "" : "<pool>/")\(source)."
        return families.number(of: .untyped(prefix + text, labels, help))
    }

    private static func value(_ word: Bytes) -> SampleValue? {
        if let number = word.unsigned { return .unsigned(number) }
        return word.signed.map { .signed($0) }
    }
}

/// Names of statistics as parts of the names of metrics.
enum KstatName {
    /// The name with `_` for `-`; nil where no metric can have it.
    static func metricPart(_ name: Bytes) -> String? {
        var text = ""
        for scalar in name.text.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_": text.unicodeScalars.append(scalar)
            case "-": text.append("_")
            default: return nil
            }
        }
        return text.isEmpty ? nil : text
    }
}

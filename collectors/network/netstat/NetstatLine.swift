// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// A header line of /proc/net/netstat or snmp and what is shown of the line of numbers below it.
struct NetstatLine {
    /// One column that is shown.
    private struct Column {
        let name: KernelFamilyName
    }

    private var header: [UInt8] = []
    /// False where the line does not begin with a protocol's name and a colon.
    private var isProtocol = false
    private var columnCount = 0
    private var columns: [Column] = []
    /// The columns' numbers once more: looking at one must not copy a name.
    private var shown: [Int] = []
    /// Where the words of the columns that are shown stand in the line of numbers that is being read.
    private var words: [Bytes] = []

    /// Of no header line.
    init() {}

    /// Asks the expression for each column of a header line.
    init(_ line: Bytes, fields: Pattern?) {
        header = line.array
        var words = ByteScanner(line)
        guard let first = words.nextField(), first.hasSuffix(":") else { return }
        isProtocol = true
        var name = KernelFamilyName()
        while let field = words.nextField() {
            columnCount += 1
            guard name.set("", first.upTo(first.count &- 1), field), name.matches(fields),
                name.set("node_netstat_", first.upTo(first.count &- 1), field)
            else { continue }
            columns.append(Column(name: name))
            shown.append(columnCount)
        }
    }

    /// True where this header line is the one that was asked about.
    func isOf(_ line: Bytes) -> Bool { line.isSame(as: header) }

    /// Writes the numbers of the columns that are shown; a line of another length than the header's is lost.
    mutating func write(_ line: Bytes, path: String, into writer: inout MetricWriter) {
        words.removeAll(keepingCapacity: true)
        var scanner = ByteScanner(line)
        scanner.skipFields(1)
        var number = 0
        while let word = scanner.nextField() {
            number &+= 1
            if words.count < shown.count, shown[words.count] == number { words.append(word) }
        }
        guard isProtocol, number == columnCount else {
            writer.loseItem("\(path): \(line.upTo(64).text)")
            return
        }
        for (column, word) in zip(columns, words) { column.name.writeNetstat(word, path: path, into: &writer) }
    }
}

extension KernelFamilyName {
    /// Writes a number under this name; a word that is none is lost.
    func writeNetstat(_ word: Bytes, path: String, into writer: inout MetricWriter) {
        let family = family(in: &writer) {
            .untyped($0, [], "The kernel's counter of this name in /proc/net/netstat, snmp or snmp6.")
        }
        if let value = word.unsigned {
            writer.write(family, .none, value)
        } else if let value = word.signed {
            writer.write(family, .none, value)
        } else if let value = word.real {
            writer.write(family, .none, value)
        } else {
            writer.loseItem("\(path): \(word.upTo(64).text)")
        }
    }
}

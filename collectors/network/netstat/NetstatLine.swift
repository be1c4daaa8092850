// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// A header line of /proc/net/netstat or snmp and what is shown of the line of numbers below it.
struct NetstatLine {
    /// A column that is shown.
    private struct Column {
        /// Columns that are not shown between the last one that is and this one.
        let gap: Int
        /// Its number among the families.
        let family: Int
    }

    private var header: [UInt8] = []
    /// False where the line does not begin with a protocol's name and a colon.
    private var isProtocol = false
    private var columns: [Column] = []
    /// Columns behind the last one that is shown.
    private var rest = 0
    /// The words of the columns that are shown in the line of numbers that is being read.
    private var words: [Bytes] = []

    /// Of no header line.
    init() {}

    /// Asks the expression for each column of a header line.
    init(_ line: Bytes, _ families: inout NetstatFamilies) {
        header = line.array
        var words = ByteScanner(line)
        guard let first = words.nextField(), first.hasSuffix(":") else { return }
        isProtocol = true
        while let field = words.nextField() {
            if let family = families.number(of: first.upTo(first.count &- 1), field) {
                columns.append(Column(gap: rest, family: family))
                rest = 0
            } else {
                rest += 1
            }
        }
    }

    /// True where this header line is the one that was asked about.
    func isOf(_ line: Bytes) -> Bool { line == header }

    /// Writes the numbers of the columns that are shown; a line of another length than the header's is lost.
    mutating func write(
        _ line: Bytes, path: String, _ families: inout NetstatFamilies, into writer: inout MetricWriter<NoMetrics>
    ) {
        guard isProtocol, readWords(of: line) else {
            writer.loseItem("\(path): \(line.upTo(64).text)")
            return
        }
        for (column, word) in zip(columns, words) { families.write(column.family, word, path: path, into: &writer) }
    }

    /// False where the line has more or fewer columns than the header.
    private mutating func readWords(of line: Bytes) -> Bool {
        words.removeAll(keepingCapacity: true)
        var scanner = ByteScanner(line)
        guard scanner.skipFields(1) else { return false }
        for column in columns {
            guard scanner.skipFields(column.gap), let word = scanner.nextField() else { return false }
            words.append(word)
        }
        return scanner.countFields() == rest
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Walks over the rows of a table of fields that blanks separate, with or without a line that names the columns:
/// /proc/net/arp, /proc/net/udp, /proc/swaps, /proc/net/softnet_stat.
///
/// Allocates nothing and cannot trap. Empty lines are no rows.
public struct ColumnLines {
    /// One line of the table.
    public struct Row {
        /// The whole line.
        public let line: Bytes

        /// The field of a column, counted from 0; nil where the row is shorter.
        ///
        /// Cost: a walk over the fields before it; many fields of a row are read faster by `fields`.
        public subscript(column: Int) -> Bytes? {
            guard column >= 0 else { return nil }
            var words = ByteScanner(line)
            return words.skipFields(column) ? words.nextField() : nil
        }

        /// The number of fields.
        public var count: Int {
            var words = ByteScanner(line)
            return words.countFields()
        }

        /// The fields from front to back.
        public var fields: ByteScanner { ByteScanner(line) }
    }

    /// The line that names the columns; nil where the table has none.
    public let header: Row?

    private var lines: ByteScanner

    /// A table without a line of names, behind `skip` lines that are none of it.
    public init(_ text: Bytes, skippingLines skip: Int = 0) {
        lines = ByteScanner(text)
        header = nil
        for _ in 0..<max(0, skip) where lines.nextLine() == nil { break }
    }

    /// A table whose first line, behind `skip` lines that are none of it, names the columns.
    public init(withHeader text: Bytes, skippingLines skip: Int = 0) {
        var table = ColumnLines(text, skippingLines: skip)
        header = table.next()
        lines = table.lines
    }

    /// The number of the column of this name, from 0; nil where the header does not name it.
    ///
    /// To be asked once for all rows.
    public func column(named name: StaticString) -> Int? {
        guard var words = header?.fields else { return nil }
        var column = 0
        while let word = words.nextField() {
            if word == name { return column }
            column &+= 1
        }
        return nil
    }

    /// The next row; nil after the last one.
    public mutating func next() -> Row? {
        while let line = lines.nextLine() {
            if line.leadingBlanks < line.count { return Row(line: line) }
        }
        return nil
    }
}

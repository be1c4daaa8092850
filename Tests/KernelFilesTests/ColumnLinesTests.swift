// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import Testing

@Suite("Tables of fields")
struct ColumnLinesTests {
    private static let swaps: StaticString =
        "Filename\t\t\t\tType\t\tSize\t\tUsed\n/dev/sda2                               partition\t8388604\t\t12\n\n/swap file\n"

    @Test("columns are found by the names in the header")
    func header() throws {
        var table = ColumnLines(withHeader: Bytes(Self.swaps))
        let header = try #require(table.header)
        #expect(header.count == 4)
        let used = try #require(table.column(named: "Used"))
        #expect(used == 3)
        #expect(table.column(named: "Use") == nil)
        #expect(table.column(named: "Priority") == nil)
        let first = table.next()
        #expect(first?[used]?.unsigned == 12)
        #expect(first?[0]?.text == "/dev/sda2")
        let short = table.next()
        #expect(short?[used] == nil)
        #expect(short?.count == 2)
        #expect(short?.line.text == "/swap file")
        let end = table.next()
        #expect(end == nil)
    }

    @Test("lines before the table are walked over, and a table without a header names no column")
    func skipping() {
        var table = ColumnLines(Bytes("slabinfo - version: 2.1\n# name\na 1\n"), skippingLines: 2)
        #expect(table.header == nil)
        #expect(table.column(named: "a") == nil)
        let row = table.next()
        #expect(row?[1]?.text == "1")
        var named = ColumnLines(withHeader: Bytes("version\nname count\na 1\n"), skippingLines: 1)
        #expect(named.column(named: "count") == 1)
        let first = named.next()
        #expect(first?.line.text == "a 1")
    }

    @Test("no text, and fewer lines than are walked over, are an empty table")
    func empty() {
        for text in ["", "\n \n", "one"] as [StaticString] {
            var table = ColumnLines(Bytes(text), skippingLines: 3)
            let row = table.next()
            #expect(row == nil)
        }
        var table = ColumnLines(withHeader: Bytes(""))
        #expect(table.header == nil)
        let row = table.next()
        #expect(row == nil)
    }

    @Test("a field outside the row is none")
    func outside() throws {
        var table = ColumnLines(Bytes("a b c"))
        let next = table.next()
        let row = try #require(next)
        #expect(row[-1] == nil)
        #expect(row[3] == nil)
        #expect(row[.max] == nil)
        var fields = row.fields
        var found: [String] = []
        while let field = fields.nextField() { found.append(field.text) }
        #expect(found == ["a", "b", "c"])
    }
}

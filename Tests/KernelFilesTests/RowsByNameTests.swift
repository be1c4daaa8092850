// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import Testing

@Suite("Rows by name")
struct RowsByNameTests {
    @Test("rows follow their names when these come, go and change places")
    func rowsFollow() {
        var rows = RowsByName<Int>()
        func place(_ names: [StaticString]) -> [Int] {
            for (position, name) in names.enumerated() {
                _ = rows.place(Bytes(name), at: position) { position + 100 * names.count }
            }
            _ = rows.keepFirst(names.count)
            return names.indices.map { rows[$0] }
        }
        #expect(place(["a", "b", "c"]) == [300, 301, 302])
        #expect(place(["c", "a", "b"]) == [302, 300, 301])
        #expect(place(["a", "d"]) == [300, 201])
        #expect(place([]) == [])
        #expect(rows.count == 0)
    }

    @Test("what was made and what was forgotten is told")
    func answers() {
        var rows = RowsByName<[Int]>()
        let made = [
            rows.place(Bytes("a"), at: 0) { [1] }, rows.place(Bytes("b"), at: 1) { [2] },
            rows.place(Bytes("a"), at: 0) { [3] },
        ]
        #expect(made == [true, true, false])
        rows[0].append(4)
        #expect(rows[0] == [1, 4])
        let forgotten = [rows.keepFirst(2), rows.keepFirst(1), rows.keepFirst(-1)]
        #expect(forgotten == [false, true, true])
    }
}

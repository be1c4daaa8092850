// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// What is kept of each interface from scrape to scrape, found by its name.
///
/// Interfaces nearly always come in the order of the last scrape, so the row of the same position is looked at first.
struct InterfaceRows<Row> {
    private var names: [[UInt8]] = []
    private var rows: [Row] = []

    /// The number of rows.
    var count: Int { rows.count }

    /// The row at a position that `place` returned.
    subscript(position: Int) -> Row {
        get { rows[position] }
        _modify { yield &rows[position] }
    }

    /// Puts the row of an interface at a position, making it where there is none; true where it was made.
    ///
    /// Positions are counted up from 0 in each scrape.
    mutating func place(_ name: Bytes, at position: Int, make: () -> Row) -> Bool {
        if position < names.count, name.isSame(as: names[position]) { return false }
        for other in names.indices where other > position && name.isSame(as: names[other]) {
            names.swapAt(position, other)
            rows.swapAt(position, other)
            return false
        }
        names.insert(name.array, at: min(position, names.count))
        rows.insert(make(), at: min(position, rows.count))
        return true
    }

    /// Forgets the rows behind the first `count`, whose interfaces are gone; true where there were any.
    mutating func keepFirst(_ count: Int) -> Bool {
        guard count < rows.count else { return false }
        names.removeLast(names.count - count)
        rows.removeLast(rows.count - count)
        return true
    }
}

// SPDX-License-Identifier: Apache-2.0

/// What is kept of each device, interface or other named thing from scrape to scrape.
///
/// Names nearly always come in the order of the last scrape, so the row of the same position is looked at first: a
/// look-up is then one comparison, and nothing is hashed or allocated. In another order it is a search from there on.
public struct RowsByName<Row> {
    @usableFromInline var names: [[UInt8]] = []
    @usableFromInline var rows: [Row] = []

    /// No rows.
    @inlinable
    public init() {}

    /// The number of rows.
    @inlinable
    public var count: Int { rows.count }

    /// The row at a position at which `place` has put it; the position must be below `count`.
    @inlinable
    public subscript(position: Int) -> Row {
        get { rows[position] }
        _modify { yield &rows[position] }
    }

    /// Puts the row of a name at a position, making it where there is none; true where it was made.
    ///
    /// Positions are to be counted up from 0 in each scrape.
    @inlinable
    public mutating func place(_ name: Bytes, at position: Int, make: () -> Row) -> Bool {
        precondition(position >= 0 && position <= count, "positions of rows count up from 0")
        if position < names.count, name == names[position] { return false }
        for other in names.indices where other > position && name == names[other] {
            names.swapAt(position, other)
            rows.swapAt(position, other)
            return false
        }
        names.insert(name.array, at: position)
        rows.insert(make(), at: position)
        return true
    }

    /// Forgets the rows behind the first `count`, whose things are gone; true where there were any.
    @inlinable
    public mutating func keepFirst(_ count: Int) -> Bool {
        let count = max(0, count)
        guard count < rows.count else { return false }
        names.removeLast(names.count - count)
        rows.removeLast(rows.count - count)
        return true
    }
}

extension RowsByName: Sendable where Row: Sendable {}

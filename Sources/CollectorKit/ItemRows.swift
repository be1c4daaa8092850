// SPDX-License-Identifier: Apache-2.0

public import KernelFiles
import Synchronization

/// Thousands of small items (processes, cgroups) in one piece of memory, each of which may hang by itself, without an
/// object for each.
@safe
public final class ItemRows<Row: ItemContent>: LaneItem, @unchecked Sendable {
    // Sendable: a row is reached only between a successful exchange of its state and its release, by one thread.

    /// What it is, for logs.
    public let name: String
    /// Number of rows.
    public let stepCount: Int

    private let rows: UnsafeMutablePointer<Row>
    /// Of each row the scrape that it is of, twice, plus 1 while a thread is in it.
    ///
    /// A row that was moved away stays taken.
    private let states: UnsafeMutablePointer<Atomic<UInt64>>
    private var isMoved: [Bool]

    /// Rows that have not been read yet.
    public init(_ name: String, _ content: [Row]) {
        self.name = name
        stepCount = content.count
        unsafe rows = .allocate(capacity: max(1, content.count))
        unsafe states = .allocate(capacity: max(1, content.count))
        isMoved = Array(repeating: false, count: content.count)
        for (index, row) in content.enumerated() {
            unsafe (rows + index).initialize(to: row)
            unsafe (states + index).initialize(to: Atomic(0))
        }
    }

    deinit {
        for index in 0..<stepCount {
            if !isMoved[index] { unsafe (rows + index).deinitialize(count: 1) }
            unsafe (states + index).deinitialize(count: 1)
        }
        unsafe rows.deallocate()
        unsafe states.deallocate()
    }

    /// Reads a row, unless a thread is stuck in it.
    public func read(step: Int, from reader: inout KernelFileReader) {
        guard take(step) != nil else { return }
        unsafe rows[step].read(from: &reader)
        release(step, scrape: reader.scrape)
    }

    /// Uses what was read of a row in a scrape; nil where it was not, or where a thread is in it.
    public func withResult<Result>(at index: Int, of scrape: UInt64, _ body: (inout Row) -> Result) -> Result? {
        guard let own = take(index) else { return nil }
        defer { release(index, scrape: own) }
        return own == scrape ? unsafe body(&rows[index]) : nil
    }

    /// True while a thread is in a row.
    func isInUse(_ index: Int) -> Bool {
        guard index >= 0, index < stepCount else { return false }
        return unsafe states[index].load(ordering: .relaxed) & 1 == 1
    }

    /// Takes a row away for good; nil where a thread is in it.
    func move(_ index: Int) -> Row? {
        guard take(index) != nil else { return nil }
        isMoved[index] = true
        return unsafe (rows + index).move()
    }

    /// The scrape that a row is of, taken; nil where somebody else is in it.
    private func take(_ index: Int) -> UInt64? {
        guard index >= 0, index < stepCount else { return nil }
        let state = unsafe states[index].load(ordering: .relaxed)
        guard state & 1 == 0,
            unsafe states[index].compareExchange(expected: state, desired: state | 1, ordering: .acquiring).exchanged
        else { return nil }
        return state >> 1
    }

    private func release(_ index: Int, scrape: UInt64) {
        unsafe states[index].store(scrape << 1, ordering: .releasing)
    }
}

/// The rows of a source by their ids: keeps those that stay, and leaves alone those in which a thread is stuck.
public struct RowSet<ID: Hashable, Row: ItemContent> {
    /// The ids in the order of the rows.
    public private(set) var ids: [ID] = []
    /// The rows, to be read by a lane.
    public private(set) var rows: ItemRows<Row>

    private let name: String
    /// Rows of earlier updates in which a thread hangs: nobody else may go there.
    private var stuck: [ID: (rows: ItemRows<Row>, index: Int)] = [:]

    /// No row.
    public init(_ name: String) {
        self.name = name
        rows = ItemRows(name, [])
    }

    /// Ids that are there and cannot be read because a thread hangs in them.
    public var stuckIDs: some Collection<ID> { stuck.keys }

    /// Brings the rows in line with what is there.
    public mutating func update(to wanted: [ID], make: (ID) -> Row) {
        stuck = stuck.filter { $0.value.rows.isInUse($0.value.index) }
        if wanted == ids { return }
        var places: [ID: Int] = [:]
        for (index, id) in ids.enumerated() { places[id] = index }
        var content: [Row] = []
        var fresh: [ID] = []
        for id in wanted where stuck[id] == nil {
            if let place = places.removeValue(forKey: id) {
                guard let row = rows.move(place) else {
                    stuck[id] = (rows, place)
                    continue
                }
                content.append(row)
            } else {
                content.append(make(id))
            }
            fresh.append(id)
        }
        for (id, place) in places where rows.isInUse(place) { stuck[id] = (rows, place) }
        ids = fresh
        rows = ItemRows(name, content)
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles
import Testing

@Suite struct RowSetTests {
    /// What a thread that reads a row waits for.
    private final class Gate: Sendable {
        let isEntered = ThreadSignal()
        let isOpen = ThreadSignal()
        let isLeft = ThreadSignal()
    }

    /// Counts how often it was read, and waits at its gate where it has one.
    private struct Row: ItemContent {
        let id: Int
        var gate: Gate?
        var count = 0

        mutating func read(from reader: inout KernelFileReader) {
            if let gate {
                self.gate = nil
                gate.isEntered.give()
                gate.isOpen.wait()
            }
            count += 1
        }
    }

    private typealias Rows = RowSet<Int, Row>

    private static func readAll(_ rows: ItemRows<Row>, scrape: UInt64) {
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 1))
        reader.beginCollection(scrape: scrape)
        for step in 0..<rows.stepCount { rows.read(step: step, from: &reader) }
    }

    /// How often each row was read, by id; only those that were read in this scrape.
    private static func counts(_ set: Rows, scrape: UInt64) -> [Int: Int] {
        var counts: [Int: Int] = [:]
        for (index, id) in set.ids.enumerated() {
            counts[id] = set.rows.withResult(at: index, of: scrape) { row in
                #expect(row.id == id)
                return row.count
            }
        }
        return counts
    }

    /// Sends a thread into a row, where it stays until the gate opens.
    private static func hang(in rows: ItemRows<Row>, at index: Int, _ gate: Gate) {
        let isStarted = DetachedThread.start("row") {
            var reader = KernelFileReader(budget: DescriptorBudget(limit: 1))
            reader.beginCollection(scrape: 1)
            rows.read(step: index, from: &reader)
            gate.isLeft.give()
        }
        #expect(isStarted)
        gate.isEntered.wait()
    }

    @Test("rows that stay keep what they remember, wherever they stand, and those that go are gone")
    func kept() {
        var set = Rows("rows")
        set.update(to: [1, 2, 3]) { Row(id: $0) }
        Self.readAll(set.rows, scrape: 1)
        set.update(to: [3, 4, 1]) { Row(id: $0) }
        // What was read before is not of this scrape.
        #expect(Self.counts(set, scrape: 2) == [:])
        Self.readAll(set.rows, scrape: 2)
        #expect(set.ids == [3, 4, 1])
        #expect(Self.counts(set, scrape: 2) == [3: 2, 4: 1, 1: 2])
        let rows = set.rows
        set.update(to: [3, 4, 1]) { Row(id: $0) }
        #expect(set.rows === rows)
        set.update(to: []) { Row(id: $0) }
        #expect(set.ids.isEmpty && set.rows.stepCount == 0 && set.stuckIDs.isEmpty)
    }

    @Test("a place that is not there is neither read nor shown")
    func outOfRange() {
        let rows = ItemRows("rows", [Row(id: 0)])
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 1))
        reader.beginCollection(scrape: 1)
        for step in [-1, 1, .max] {
            rows.read(step: step, from: &reader)
            #expect(rows.withResult(at: step, of: 1) { $0.count } == nil)
        }
        #expect(rows.withResult(at: 0, of: 0) { $0.count } == 0)
    }

    @Test("a row that hangs costs itself alone, and is made anew when its thread is back")
    func stuck() {
        let gate = Gate()
        var set = Rows("rows")
        set.update(to: [1, 2, 3]) { Row(id: $0, gate: $0 == 2 ? gate : nil) }
        Self.hang(in: set.rows, at: 1, gate)
        Self.readAll(set.rows, scrape: 1)
        #expect(Self.counts(set, scrape: 1) == [1: 1, 3: 1])
        // Nothing has changed, so the row stays where it is.
        set.update(to: [1, 2, 3]) { Row(id: $0) }
        #expect(set.ids == [1, 2, 3] && set.stuckIDs.isEmpty)
        // Another one comes: the rest moves on, and nobody else is sent into the row.
        for scrape in 2...3 as ClosedRange<UInt64> {
            set.update(to: [1, 2, 3, 4]) { Row(id: $0) }
            #expect(set.ids == [1, 3, 4] && Array(set.stuckIDs) == [2])
            Self.readAll(set.rows, scrape: scrape)
        }
        #expect(Self.counts(set, scrape: 3) == [1: 3, 3: 3, 4: 2])
        gate.isOpen.give()
        gate.isLeft.wait()
        set.update(to: [1, 2, 3, 4]) { Row(id: $0) }
        #expect(set.ids == [1, 2, 3, 4] && set.stuckIDs.isEmpty)
        Self.readAll(set.rows, scrape: 4)
        #expect(Self.counts(set, scrape: 4) == [1: 4, 2: 1, 3: 4, 4: 3])
    }

    @Test("a row that is gone while a thread hangs in it is no longer shown, and is forgotten when the thread is back")
    func stuckAndGone() {
        let gate = Gate()
        var set = Rows("rows")
        set.update(to: [1, 2]) { Row(id: $0, gate: $0 == 2 ? gate : nil) }
        Self.hang(in: set.rows, at: 1, gate)
        set.update(to: [1]) { Row(id: $0) }
        #expect(set.ids == [1] && Array(set.stuckIDs) == [2])
        gate.isOpen.give()
        gate.isLeft.wait()
        set.update(to: [1]) { Row(id: $0) }
        #expect(set.ids == [1] && set.stuckIDs.isEmpty)
    }

    @Test("ten thousand rows are read, and half of them replaced, while one hangs")
    func many() {
        let gate = Gate()
        var set = Rows("rows")
        set.update(to: Array(0..<10_000)) { Row(id: $0, gate: $0 == 5_000 ? gate : nil) }
        Self.hang(in: set.rows, at: 5_000, gate)
        Self.readAll(set.rows, scrape: 1)
        #expect(Self.counts(set, scrape: 1).count == 9_999)
        set.update(to: Array(5_000..<15_000)) { Row(id: $0) }
        #expect(set.ids == Array(5_001..<15_000) && Array(set.stuckIDs) == [5_000])
        Self.readAll(set.rows, scrape: 2)
        let counts = Self.counts(set, scrape: 2)
        #expect(counts.count == 9_999)
        #expect(counts.allSatisfy { $0.value == ($0.key < 10_000 ? 2 : 1) })
        gate.isOpen.give()
        gate.isLeft.wait()
        set.update(to: Array(5_000..<15_000)) { Row(id: $0) }
        #expect(set.ids.count == 10_000 && set.stuckIDs.isEmpty)
    }

    @Test("rows are let go of once each, those that were moved away included")
    func lifetimes() {
        final class Token {}
        struct Holder: ItemContent {
            let token: Token
            mutating func read(from reader: inout KernelFileReader) {}
        }
        weak var kept: Token?
        weak var dropped: Token?
        var set = RowSet<Int, Holder>("rows")
        do {
            let tokens = [Token(), Token()]
            (kept, dropped) = (tokens[0], tokens[1])
            set.update(to: [0, 1]) { Holder(token: tokens[$0]) }
        }
        set.update(to: [0]) { _ in Holder(token: Token()) }
        #expect(kept != nil && dropped == nil)
        set.update(to: []) { _ in Holder(token: Token()) }
        #expect(kept == nil)
    }
}

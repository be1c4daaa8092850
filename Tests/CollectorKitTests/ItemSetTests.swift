// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles
import Testing

@Suite struct ItemSetTests {
    /// Counts how often it was read.
    private struct Counter: ItemContent {
        var count = 0
        mutating func read(from reader: inout KernelFileReader) { count += 1 }
    }

    private typealias Counters = ItemSet<String, Int, Counter>
    private typealias Wanted = [(id: String, identity: Int)]

    private static func update(_ set: inout Counters, to wanted: Wanted) {
        set.update(to: wanted, id: \.id, identity: \.identity) { Item($0.id, Counter()) }
    }

    private static func names(_ set: Counters) -> [String] { set.laneItems.map(\.name) }

    @Test("an item that stays is kept with what it remembers, in the order in which it is wanted")
    func kept() throws {
        var set = Counters()
        Self.update(&set, to: [("a", 1), ("b", 1)])
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 1))
        reader.beginCollection(scrape: 7)
        for item in set.laneItems { item.read(step: 0, from: &reader) }
        let first = set.entries.map { ObjectIdentifier($0.item) }
        Self.update(&set, to: [("b", 1), ("c", 1), ("a", 1)])
        #expect(Self.names(set) == ["b", "c", "a"])
        #expect(ObjectIdentifier(set.entries[2].item) == first[0])
        #expect(ObjectIdentifier(set.entries[0].item) == first[1])
        #expect(set.entries[0].item.withResult(of: 7, { $0.count }) == 1)
        // What was not read in a scrape is not shown in it.
        #expect(set.entries[0].item.withResult(of: 8, { $0.count }) == nil)
        #expect(set.entries[1].item.withResult(of: 7, { $0.count }) == nil)
        #expect(!set.isOutdated)
    }

    @Test("an item that has become another one is made anew, and one that is gone goes")
    func changedAndGone() {
        var set = Counters()
        Self.update(&set, to: [("a", 1), ("b", 1)])
        let first = set.entries[0].item
        Self.update(&set, to: [("a", 2)])
        #expect(Self.names(set) == ["a"])
        #expect(set.entries[0].item !== first && set.entries[0].identity == 2)
        #expect(!set.isOutdated)
        Self.update(&set, to: [])
        #expect(set.entries.isEmpty && set.laneItems.isEmpty && !set.isOutdated)
    }

    @Test(
        "an item in which a thread is stuck is kept when it becomes another one, and made anew when the thread is back")
    func stuckAndChanged() {
        var set = Counters()
        Self.update(&set, to: [("a", 1)])
        let first = set.entries[0].item
        let isStuck: Void? = first.use { _ in
            Self.update(&set, to: [("a", 2)])
            #expect(set.entries.count == 1 && set.entries[0].item === first && set.entries[0].identity == 1)
            #expect(set.isOutdated)
            // A second thread does not get in, neither to read nor to look.
            var reader = KernelFileReader(budget: DescriptorBudget(limit: 1))
            reader.beginCollection(scrape: 1)
            first.read(step: 0, from: &reader)
            #expect(first.withResult(of: 1, { $0.count }) == nil && first.isInUse)
        }
        #expect(isStuck != nil && !first.isInUse)
        Self.update(&set, to: [("a", 2)])
        #expect(set.entries[0].item !== first && set.entries[0].identity == 2 && !set.isOutdated)
    }

    @Test("an item that is gone while a thread is stuck in it stays with the lane until the thread is back")
    func stuckAndGone() {
        var set = Counters()
        Self.update(&set, to: [("a", 1), ("b", 1)])
        let first = set.entries[0].item
        let isStuck: Void? = first.use { _ in
            for _ in 1...2 {
                Self.update(&set, to: [("b", 1)])
                #expect(set.entries.map(\.id) == ["b"] && Self.names(set) == ["b", "a"])
                #expect(set.isOutdated)
            }
            // It comes back meanwhile: no second thread may be sent after the first.
            Self.update(&set, to: [("a", 1), ("b", 1)])
            #expect(set.entries[0].item === first && Self.names(set) == ["a", "b"])
            #expect(!set.isOutdated)
            Self.update(&set, to: [("b", 1)])
        }
        #expect(isStuck != nil)
        Self.update(&set, to: [("b", 1)])
        #expect(Self.names(set) == ["b"] && !set.isOutdated)
    }

    @Test("an update that fails leaves the set as it was")
    func failing() {
        struct Refused: Error {}
        var set = Counters()
        Self.update(&set, to: [("a", 1)])
        let first = set.entries[0].item
        #expect(throws: Refused.self) {
            try set.update(to: [("a", 1), ("b", 1)], id: \.0, identity: \.1) {
                _ throws(Refused) -> Item<Counter> in throw Refused()
            }
        }
        #expect(set.entries.count == 1 && set.entries[0].item === first)
    }
}

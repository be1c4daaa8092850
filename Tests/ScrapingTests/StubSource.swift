// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles

/// A source whose items and whose listing hang when a test wants them to.
class StubSource: LaneSource, @unchecked Sendable {
    let lane: String
    let isNeeded: Bool
    let stubs: [StubItem]
    private let listing: Blocker
    /// How often it was listed.
    ///
    /// A value without bytes would lie where the object begins, which the thread sanitizer takes for a race.
    private let listed = Guarded(0)

    init(_ lane: String, _ stubs: [StubItem], isNeeded: Bool = true, listing: Blocker = Blocker(open: true)) {
        self.lane = lane
        self.isNeeded = isNeeded
        self.stubs = stubs
        self.listing = listing
    }

    required init(context: CollectorContext) {
        lane = "stub"
        isNeeded = false
        stubs = []
        listing = Blocker(open: true)
    }

    class var needs: [any Source.Type] { [] }

    func list(from reader: inout KernelFileReader) -> [any LaneItem] {
        let isListed: Void? = listed.update(in: reader.scrape) { count in
            listing.pass()
            count += 1
        }
        return isListed == nil ? [] : stubs.map(\.item)
    }

    /// True where it was listed in a scrape, and nobody is at it.
    func isListed(in scrape: UInt64) -> Bool {
        let isListed: Void? = listed.withResult(of: scrape) { _ in }
        return isListed != nil
    }
}

/// A further source.
final class SecondStubSource: StubSource, @unchecked Sendable {}

/// A further source.
final class ThirdStubSource: StubSource, @unchecked Sendable {}

/// A source that needs another one.
final class DependentStubSource: StubSource, @unchecked Sendable {
    override class var needs: [any Source.Type] { [SecondStubSource.self] }
}

/// A source that only takes samples, and looks after itself when one hangs.
final class StubSampler: SamplingSource {
    let blocker: Blocker

    init(_ blocker: Blocker = Blocker(open: true)) {
        self.blocker = blocker
    }

    init(context: CollectorContext) {
        blocker = Blocker(open: true)
    }

    func sample(from reader: inout KernelFileReader) {
        blocker.pass()
    }
}

/// An item whose value is the number of its read.
final class StubItem: Sendable {
    struct Content: ItemContent {
        let blocker: Blocker
        var value = 0

        mutating func read(from reader: inout KernelFileReader) {
            blocker.pass()
            value += 1
        }
    }

    let item: Item<Content>

    init(_ name: String, _ blocker: Blocker = Blocker(open: true)) {
        item = Item(name, Content(blocker: blocker))
    }
}

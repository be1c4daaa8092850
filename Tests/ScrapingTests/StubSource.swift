// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles

/// A source whose items and whose listing hang when a test wants them to.
///
/// `Sources` knows sources by their type: a test that needs several takes the types below it.
class StubSource: ItemSource, @unchecked Sendable {
    let laneName: String
    let discovery = ItemState()
    let isNeeded: Bool
    let stubs: [StubItem]
    private let listing: Blocker

    init(_ laneName: String, _ stubs: [StubItem], isNeeded: Bool = true, listing: Blocker = Blocker(open: true)) {
        self.laneName = laneName
        self.stubs = stubs
        self.isNeeded = isNeeded
        self.listing = listing
    }

    var items: [any SourceItem] { stubs }

    func discover(from reader: inout KernelFileReader) throws(CollectorError) {
        listing.pass()
    }
}

/// A further source.
final class SecondStubSource: StubSource, @unchecked Sendable {}

/// A further source.
final class ThirdStubSource: StubSource, @unchecked Sendable {}

/// A source that only takes samples, and looks after itself when one hangs.
final class StubSampler: SamplingSource, @unchecked Sendable {
    let blocker: Blocker

    init(_ blocker: Blocker = Blocker(open: true)) {
        self.blocker = blocker
    }

    func sample(from reader: inout KernelFileReader) {
        blocker.pass()
    }
}

/// An item whose value is the number of its read.
final class StubItem: SourceItem, @unchecked Sendable {
    // `value` is used only by who holds `state`.
    let key: String
    let state = ItemState()
    private(set) var value = 0
    let blocker: Blocker

    init(_ key: String, _ blocker: Blocker = Blocker(open: true)) {
        self.key = key
        self.blocker = blocker
    }

    func read(from reader: inout KernelFileReader) {
        blocker.pass()
        value += 1
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Synchronization
import Testing

@Suite struct ItemStateTests {
    private final class Inside: Sendable {
        let count = Atomic<Int>(0)
    }

    @Test("only one at a time reads, and nobody looks meanwhile")
    func exclusion() {
        let state = ItemState()
        #expect(state.begin())
        #expect(state.isRunning)
        #expect(!state.begin())
        #expect(!state.beginLooking(in: 1))
        state.finish(scrape: 1)
        #expect(!state.isRunning)
        #expect(state.beginLooking(in: 1))
        #expect(!state.begin())
        #expect(!state.isRunning)
        state.endLooking()
        #expect(state.begin())
    }

    @Test("a result is shown in its own scrape and in no other")
    func ownScrape() {
        let state = ItemState()
        #expect(!state.beginLooking(in: 1))
        #expect(state.begin())
        state.finish(scrape: 7)
        #expect(!state.beginLooking(in: 8) && !state.beginLooking(in: 6))
        #expect(state.beginLooking(in: 7))
        state.endLooking()
        #expect(state.beginLooking(in: 7))
        state.endLooking()
        #expect(state.begin())
        state.finish(scrape: 0)
        #expect(!state.beginLooking(in: 7))
    }

    @Test("of many threads exactly one is inside")
    func threads() async {
        let state = ItemState()
        let inside = Inside()
        let most = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var most = 0
                    for _ in 0..<20_000 where state.begin() {
                        most = max(most, inside.count.add(1, ordering: .sequentiallyConsistent).newValue)
                        inside.count.subtract(1, ordering: .sequentiallyConsistent)
                        state.finish(scrape: 1)
                    }
                    return most
                }
            }
            return await group.reduce(0, max)
        }
        #expect(most == 1)
    }
}

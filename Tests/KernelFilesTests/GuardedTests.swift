// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing

@testable import KernelFiles

@Suite struct GuardedTests {
    private struct Failure: Error {}

    @Test("whoever finds somebody else inside gets nothing at once")
    func exclusion() {
        let guarded = Guarded(1)
        let outer: Int? = guarded.use { value in
            #expect(guarded.isInUse)
            #expect(guarded.use { $0 } == nil)
            #expect(guarded.update(in: 1) { $0 } == nil)
            #expect(guarded.withResult(of: 1) { $0 } == nil)
            value = 2
            return value
        }
        #expect(outer == 2)
        #expect(!guarded.isInUse)
        #expect(guarded.use { $0 } == 2)
    }

    @Test("a value is shown in its own scrape and in no other, and after a failure in none")
    func ownScrape() throws {
        let guarded = Guarded("")
        #expect(guarded.withResult(of: 1) { $0 } == nil)
        guarded.update(in: 7) { $0 = "seven" }
        #expect(guarded.withResult(of: 8) { $0 } == nil && guarded.withResult(of: 6) { $0 } == nil)
        #expect(guarded.withResult(of: 7) { $0 } == "seven")
        #expect(guarded.withResult(of: 7) { $0 } == "seven")
        #expect(throws: Failure.self) {
            try guarded.update(in: 7) { (_) throws(Failure) in throw Failure() }
        }
        #expect(guarded.withResult(of: 7) { $0 } == nil)
        #expect(guarded.use { $0 } == "seven")
    }

    @Test("of many threads exactly one is inside")
    func threads() async {
        let guarded = Guarded(0)
        let sum = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var count = 0
                    for _ in 0..<20_000 where guarded.use({ $0 += 1 }) != nil { count += 1 }
                    return count
                }
            }
            return await group.reduce(0, +)
        }
        #expect(guarded.use { $0 } == sum)
        #expect(sum > 0)
    }

    @Test("what is used only for a moment is waited for")
    func soon() async {
        let guarded = Guarded(0)
        let missed = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var missed = 0
                    for _ in 0..<1_000 { while guarded.useSoon({ $0 += 1 }) == nil { missed += 1 } }
                    return missed
                }
            }
            return await group.reduce(0, +)
        }
        #expect(guarded.use { $0 } == 4_000)
        // A busy machine may keep who is in it from running for longer than it is waited for.
        #expect(missed < 40)
    }
}

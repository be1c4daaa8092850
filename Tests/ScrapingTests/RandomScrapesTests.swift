// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import ExpositionSupport
import Pages
import Scraping
import Synchronization
import Testing

/// A thousand scrapes of collectors and sources that answer, fail, lose items and hang as a fixed sequence of random
/// bits says.
@Suite struct RandomScrapesTests {
    /// What the stubs draw from.
    ///
    /// Threads draw in any order, so the seed fixes the mixture, not each scrape.
    private final class Dice: Sendable {
        private let bits: Mutex<SplitMix>

        init(seed: UInt64) { bits = Mutex(SplitMix(state: seed)) }

        func roll(_ count: Int) -> Int { bits.withLock { Int.random(in: 0..<count, using: &$0) } }
    }

    private static func slot(_ name: String, _ dice: Dice, _ blocker: Blocker) -> StubCollector {
        StubCollector(name) { _, writer throws(CollectorError) in
            let rows = dice.roll(20)
            for row in 0..<rows { writer.write(sample: "stub_\(name)", item: "\(row % 12)", row) }
            switch dice.roll(40) {
            case 0: blocker.pass()
            case 1: throw .other("broken")
            case 2: return .noDevice("none")
            case 3: writer.loseItem("a line")
            case 4: writer.write(sample: "stub_shared", item: "x\(dice.roll(3))", 1)
            default: break
            }
            return .available
        }
    }

    @Test("a thousand scrapes of stubs that do anything are well-formed, in time and complete in their verdicts")
    func thousand() {
        let dice = Dice(seed: 20_240_607)
        let blocker = Blocker()
        defer { blocker.open() }
        let names = (0..<6).map { "s\($0)" }
        let items = (0..<6).map { StubItem("i\($0)", $0 % 3 == 2 ? blocker : Blocker(open: true)) }
        let sources = [
            StubSource("rnd-a", Array(items[0..<3])), SecondStubSource("rnd-b", Array(items[3..<6])),
            ThirdStubSource("rnd-c", [], listing: blocker),
        ]
        var slots: [any AnyCollector] = names.map { Self.slot($0, dice, blocker) }
        for (index, source) in sources.enumerated() { slots.append(StubCollector.showing(source, as: "src\(index)")) }
        let all = slots.map(\.descriptor.name)
        let client = ScrapeClient(slots, samplers: [StubSampler()], agent: .stub, shareMilliseconds: 10)
        var states: [String: Int] = [:]
        for scrape in 1...1_000 {
            if scrape % 50 == 0 { blocker.open() }
            if scrape % 50 == 10 { blocker.close() }
            if dice.roll(5) == 0 { client.scraper.sample() }
            let format: ExpositionValidator.Format = dice.roll(2) == 0 ? .text : .openMetrics
            let wanted = dice.roll(4) == 0 ? Array(all.filter { _ in dice.roll(2) == 0 }) : all
            let choice: CollectorChoice = wanted.count == all.count ? .all : .only(wanted)
            let page = client.page(choice, format: format, deadlineMilliseconds: 3_000)
            #expect(page.milliseconds < 4_000)
            #expect(page.problems.isEmpty, "scrape \(scrape)")
            for name in all {
                let found = page.states(name)
                #expect(found.count == (wanted.contains(name) ? 1 : 0), "scrape \(scrape): \(name) \(found)")
                for state in found { states[state, default: 0] += 1 }
                // What is shown is whole, and what failed shows nothing.
                let isShown = found == ["ok"] || found == ["degraded"]
                if !isShown { #expect(page.values("stub_\(name)").isEmpty, "scrape \(scrape): \(name)") }
            }
        }
        #expect(blocker.mostInside <= slots.count + items.count + sources.count)
        for state in ["ok", "degraded", "failed", "no_device", "timed_out"] {
            #expect(states[state, default: 0] > 10, "\(states)")
        }
    }
}

/// A small fixed sequence of random bits, so that a failure can be seen again.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles
import Scraping
import Testing

@Suite struct DeadlineTests {
    @Test("a collector that hangs is timed out and everything else is whole, a hundred times over one thread")
    func hangingCollector() {
        let blocker = Blocker()
        defer { blocker.open() }
        let name = "hangs-a"
        let client = ScrapeClient([
            StubCollector.good("before"),
            StubCollector("hanging") { _, writer in
                ThreadName.set(name)
                blocker.pass()
                writer.write(sample: "stub_hanging", 1)
                return .available
            },
            StubCollector.good("after"),
        ])
        for scrape in 1...100 {
            let page = client.page(deadlineMilliseconds: 4_000)
            #expect(page.milliseconds < 4_000)
            #expect(page.states("hanging") == ["timed_out"], "scrape \(scrape)")
            #expect(page.success("hanging") == "0")
            #expect(page.states("before") == ["ok"] && page.states("after") == ["ok"], "scrape \(scrape)")
            #expect(page.values("stub_before") == ["1"] && page.values("stub_after") == ["1"])
            #expect(page.values("stub_hanging").isEmpty)
            #expect(page.problems.isEmpty)
        }
        #expect(blocker.entries == 1)
        #expect(Threads.count(named: name) == 1)
        #expect(client.changes.all.filter { $0.hasPrefix("hanging") } == ["hanging: timed_out"])
        blocker.open()
        #expect(blocker.waitUntil(inside: 0))
        #expect(client.comesBack("hanging"))
        #expect(client.changes.all.filter { $0.hasPrefix("hanging") } == ["hanging: timed_out", "hanging: ok"])
    }

    @Test("a page goes out at its deadline even when that is shorter than a collector's share")
    func shortDeadline() {
        let blocker = Blocker()
        defer { blocker.open() }
        let client = ScrapeClient([StubCollector.hanging("hanging", in: blocker), StubCollector.good("after")])
        let page = client.page(deadlineMilliseconds: 400)
        #expect(page.milliseconds < 2_000)
        #expect(page.states("hanging") == ["timed_out"])
        #expect(page.states("after") == ["ok"])
    }

    @Test("when every collector hangs the page still goes out and later ones at once")
    func everythingHangs() {
        let blocker = Blocker()
        defer { blocker.open() }
        let names = (0..<20).map { "s\($0)" }
        let client = ScrapeClient(names.map { StubCollector.hanging($0, in: blocker) }, shareMilliseconds: 50)
        for scrape in 1...4 {
            let page = client.page(deadlineMilliseconds: 2_000)
            #expect(page.milliseconds < 2_500)
            #expect(names.allSatisfy { page.states($0) == ["timed_out"] }, "scrape \(scrape)")
            #expect(page.problems.isEmpty)
        }
        #expect(blocker.mostInside <= names.count)
        #expect(blocker.entries <= names.count)
        blocker.open()
        #expect(blocker.waitUntil(inside: 0))
        #expect(names.allSatisfy { client.comesBack($0) })
    }

    @Test("a collector that is late by more than a scrape shows nothing of the old scrape")
    func lateResult() {
        let blocker = Blocker()
        defer { blocker.open() }
        let client = ScrapeClient([StubCollector.counted("late", in: blocker)])
        #expect(client.page(deadlineMilliseconds: 400).values("stub_late").isEmpty)
        blocker.open()
        #expect(blocker.waitUntil(inside: 0))
        #expect(client.comesBack("late"))
        #expect(client.page().values("stub_late") != ["1"])
    }

    @Test("what hangs is given up after its share, not at the deadline, however early the scraper was looked at")
    func givenUpSoon() {
        for round in 0..<20 {
            let blocker = Blocker()
            defer { blocker.open() }
            let source = StubSource("item-z", [StubItem("a"), StubItem("b", blocker)])
            let client = ScrapeClient(
                [StubCollector.showing(source, as: "shown"), StubCollector.hanging("hanging", in: blocker)],
                shareMilliseconds: 30)
            let page = client.page(deadlineMilliseconds: 10_000)
            #expect(page.milliseconds < 2_000, "round \(round)")
            #expect(page.items("stub_shown") == ["a"] && page.states("hanging") == ["timed_out"])
        }
    }

    @Test("the scraper asks to be looked at only while something is going on")
    func watchWhenIdle() {
        let client = ScrapeClient([StubCollector.good("one")])
        _ = client.page()
        #expect(client.scraper.watch(nowNanoseconds: Clock.monotonicNanoseconds()) == nil)
    }
}

extension ScrapeClient {
    /// True when a collector is ok within some scrapes: a thread that is let go takes a moment to put things back.
    func comesBack(_ collector: String) -> Bool {
        for _ in 0..<1_000 where page().states(collector) == ["ok"] { return true }
        return false
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles
import Scraping
import Testing

@Suite struct LaneSourceTests {
    @Test("an item that hangs costs itself alone, a hundred times over one thread, and comes back when it is let go")
    func hangingItem() {
        let blocker = Blocker()
        defer { blocker.open() }
        let source = StubSource("item-a", [StubItem("a"), StubItem("b", blocker), StubItem("c")])
        let client = ScrapeClient([StubCollector.showing(source, as: "shown"), StubCollector.good("other")])
        for scrape in 1...100 {
            let page = client.page(deadlineMilliseconds: 4_000)
            #expect(page.milliseconds < 4_000)
            #expect(page.items("stub_shown") == ["a", "c"], "scrape \(scrape)")
            // Read in this scrape, never an older value.
            #expect(page.values("stub_shown") == ["\(scrape)", "\(scrape)"])
            #expect(page.states("shown") == ["degraded"])
            #expect(page.success("shown") == "1")
            #expect(
                page.samples.first { $0.name == "host_collector_items_lost" && $0["collector"] == "shown" }?.value
                    == "1")
            #expect(page.states("other") == ["ok"])
            #expect(page.problems.isEmpty)
        }
        #expect(blocker.entries == 1)
        // The one that hangs and the one that does the work.
        #expect(Threads.count(named: "hx-item-a") <= 2)
        #expect(client.changes.all.filter { $0.hasPrefix("shown") } == ["shown: degraded"])
        blocker.open()
        #expect(blocker.waitUntil(inside: 0))
        #expect(client.comesBack("shown"))
        #expect(client.page().items("stub_shown") == ["a", "b", "c"])
        #expect(client.changes.all.filter { $0.hasPrefix("shown") } == ["shown: degraded", "shown: ok"])
    }

    @Test("a listing that hangs costs the collectors of that source alone")
    func hangingDiscovery() {
        let listing = Blocker()
        defer { listing.open() }
        let source = StubSource("item-b", [StubItem("a")], listing: listing)
        let second = SecondStubSource("item-c", [StubItem("a")])
        let client = ScrapeClient([
            StubCollector.showing(source, as: "first"), StubCollector.showing(second, as: "second"),
            StubCollector.good("other"),
        ])
        for scrape in 1...100 {
            let page = client.page(deadlineMilliseconds: 4_000)
            #expect(page.milliseconds < 4_000)
            #expect(page.states("first") == ["timed_out"], "scrape \(scrape)")
            #expect(page.states("second") == ["ok"] && page.states("other") == ["ok"])
            #expect(page.problems.isEmpty)
        }
        #expect(listing.entries == 1)
        #expect(Threads.count(named: "hx-item-b") <= 2)
        listing.open()
        #expect(listing.waitUntil(inside: 0))
        #expect(client.comesBack("first"))
    }

    @Test("many items that hang at once still let the page out at its deadline, one thread for each")
    func manyHang() {
        let blocker = Blocker()
        defer { blocker.open() }
        let stuck = (0..<40).map { StubItem("stuck\($0)", blocker) }
        let source = StubSource("item-d", [StubItem("first")] + stuck + [StubItem("last")])
        let client = ScrapeClient([StubCollector.showing(source, as: "shown"), StubCollector.good("other")])
        for scrape in 1...8 {
            let page = client.page(deadlineMilliseconds: 2_000)
            #expect(page.milliseconds < 2_500, "scrape \(scrape)")
            #expect(page.items("stub_shown").contains("first"))
            #expect(page.states("other") == ["ok"])
            #expect(page.problems.isEmpty)
        }
        // By now every stuck item is known to be stuck.
        #expect(client.page().items("stub_shown") == ["first", "last"])
        #expect(blocker.entries == 40)
        #expect(Threads.count(named: "hx-item-d") <= 42)
        blocker.open()
        #expect(blocker.waitUntil(inside: 0))
        #expect(client.comesBack("shown"))
        #expect(client.page().items("stub_shown").count == 42)
    }

    @Test("a source that two collectors use is read once a scrape")
    func sharedSource() {
        let source = StubSource("item-e", [StubItem("a")])
        let client = ScrapeClient([
            StubCollector.showing(source, as: "first"), StubCollector.showing(source, as: "second"),
        ])
        for scrape in 1...3 {
            let page = client.page()
            #expect(page.values("stub_first") == ["\(scrape)"] && page.values("stub_second") == ["\(scrape)"])
        }
    }

    @Test("a source with nothing to do has no thread, and one that nobody asks for is not read")
    func needlessSource() {
        let absent = StubSource("item-f", [StubItem("a")], isNeeded: false)
        let unasked = SecondStubSource("item-g", [StubItem("a")])
        let client = ScrapeClient([
            StubCollector.showing(absent, as: "absent"), StubCollector.showing(unasked, as: "unasked"),
            StubCollector.good("other"),
        ])
        #expect(client.page(.only(["absent", "other"])).states("other") == ["ok"])
        #expect(Threads.count(named: "hx-item-f") == 0 && Threads.count(named: "hx-item-g") == 0)
        #expect(client.page(.only(["unasked"])).values("stub_unasked") == ["1"])
    }

    @Test("a stuck item in one source and a stuck collector do not add up beyond the deadline")
    func stuckOnBothLanes() {
        let blocker = Blocker()
        defer { blocker.open() }
        let source = StubSource("item-h", [StubItem("a", blocker), StubItem("b")])
        let second = SecondStubSource("item-i", [StubItem("a"), StubItem("b", blocker)])
        let client = ScrapeClient([
            StubCollector.hanging("hanging", in: blocker), StubCollector.showing(source, as: "first"),
            StubCollector.showing(second, as: "second"),
            StubCollector.good("other"),
        ])
        for scrape in 1...20 {
            let page = client.page(deadlineMilliseconds: 4_000)
            #expect(page.milliseconds < 4_000)
            #expect(page.items("stub_first") == ["b"] && page.items("stub_second") == ["a"], "scrape \(scrape)")
            #expect(page.states("other") == ["ok"] && page.states("hanging") == ["timed_out"])
        }
        #expect(blocker.entries == 3)
    }

    @Test("a source that needs another one is read after it, and not at all where that one leaves nothing to do")
    func dependentSource() {
        let first = SecondStubSource("item-j", [StubItem("a")])
        let dependent = DependentStubSource("item-k", [StubItem("b")])
        let client = ScrapeClient([
            StubCollector("both", sources: [first, dependent]) { reader, writer in
                let a = first.stubs[0].item.withResult(of: reader.scrape) { $0.value }
                let b = dependent.stubs[0].item.withResult(of: reader.scrape) { $0.value }
                writer.write(sample: "stub_both", item: "a", a ?? -1)
                writer.write(sample: "stub_both", item: "b", b ?? -1)
                return .available
            }
        ])
        for scrape in 1...20 { #expect(client.page().values("stub_both") == ["\(scrape)", "\(scrape)"]) }
    }

    @Test("a source that hangs does not keep those that need it from being read")
    func dependentOfHanging() {
        let blocker = Blocker()
        defer { blocker.open() }
        let first = SecondStubSource("item-l", [StubItem("a", blocker)])
        let dependent = DependentStubSource("item-m", [StubItem("b")])
        let client = ScrapeClient(
            [
                StubCollector.showing(first, as: "first"),
                StubCollector("dependent", sources: [first, dependent]) { reader, writer in
                    writer.write(
                        sample: "stub_dependent",
                        dependent.stubs[0].item.withResult(of: reader.scrape) { $0.value } ?? -1)
                    return .available
                },
            ], shareMilliseconds: 30)
        for scrape in 1...20 {
            let page = client.page()
            #expect(page.values("stub_dependent") == ["\(scrape)"])
            #expect(page.states("first") == ["degraded"] && page.states("dependent") == ["ok"])
        }
        #expect(blocker.entries == 1)
    }

    @Test("a collector in a lane of its own hangs alone, a hundred times over one thread, and comes back")
    func ownLane() {
        let blocker = Blocker()
        defer { blocker.open() }
        let client = ScrapeClient(
            [
                StubCollector("slow", lane: .own) { _, writer in
                    blocker.pass()
                    writer.write(sample: "stub_slow", 1)
                    return .available
                }, StubCollector.good("other"),
            ], shareMilliseconds: 30)
        for scrape in 1...100 {
            let page = client.page()
            #expect(page.states("slow") == ["timed_out"], "scrape \(scrape)")
            #expect(page.states("other") == ["ok"])
        }
        #expect(blocker.entries == 1)
        #expect(Threads.count(named: "hx-slow") <= 2)
        blocker.open()
        #expect(blocker.waitUntil(inside: 0))
        #expect(client.comesBack("slow"))
        #expect(client.page().values("stub_slow") == ["1"])
    }

    @Test("two sources that share a lane are both read, and one that hangs costs itself")
    func sharedLane() {
        let blocker = Blocker()
        defer { blocker.open() }
        let first = StubSource("item-n", [StubItem("a", blocker), StubItem("b")])
        let second = SecondStubSource("item-n", [StubItem("c")])
        let client = ScrapeClient(
            [StubCollector.showing(first, as: "first"), StubCollector.showing(second, as: "second")],
            shareMilliseconds: 30)
        for _ in 1...20 {
            let page = client.page()
            #expect(page.items("stub_first") == ["b"] && page.items("stub_second") == ["c"])
        }
        #expect(blocker.entries == 1)
        #expect(Threads.count(named: "hx-item-n") <= 2)
    }
}

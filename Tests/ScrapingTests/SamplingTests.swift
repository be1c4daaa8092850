// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Scraping
import Testing

@Suite struct SamplingTests {
    @Test("a sample is taken while no scrape runs")
    func idle() {
        let sampler = StubSampler()
        let client = ScrapeClient([StubCollector.good("one")], samplers: [sampler])
        for wanted in 1...20 {
            client.scraper.sample()
            #expect(client.eventually { sampler.blocker.entries == wanted })
        }
        #expect(client.page().states("one") == ["ok"])
    }

    @Test("no sample is taken while a scrape runs, which is not disturbed")
    func busy() {
        let blocker = Blocker()
        defer { blocker.open() }
        let sampler = StubSampler()
        let client = ScrapeClient(
            [StubCollector.hanging("one", in: blocker)], samplers: [sampler], shareMilliseconds: 20_000)
        let pending = client.ask(deadlineMilliseconds: 20_000)
        #expect(blocker.waitUntil(inside: 1))
        for _ in 0..<10 { client.scraper.sample() }
        blocker.open()
        #expect(client.page(of: pending).states("one") == ["ok"])
        #expect(sampler.blocker.entries == 0)
        client.scraper.sample()
        #expect(client.eventually { sampler.blocker.entries == 1 })
    }

    @Test("a sample that hangs costs one thread and no scrape")
    func hanging() {
        let sampler = StubSampler(Blocker())
        defer { sampler.blocker.open() }
        let client = ScrapeClient([StubCollector.good("one")], samplers: [sampler], shareMilliseconds: 50)
        // A scrape that begins first takes the place of a sample.
        client.scraper.sample()
        #expect(sampler.blocker.waitUntil(inside: 1))
        for _ in 0..<20 {
            #expect(client.page().states("one") == ["ok"])
            client.scraper.sample()
        }
        #expect(sampler.blocker.mostInside == 1)
        sampler.blocker.open()
        #expect(sampler.blocker.waitUntil(inside: 0))
        #expect(
            client.eventually {
                client.scraper.sample()
                return sampler.blocker.entries > 1
            })
    }

    @Test("a scrape that is asked for during a sample comes after it")
    func scrapeDuringSample() {
        let sampler = StubSampler(Blocker())
        defer { sampler.blocker.open() }
        let client = ScrapeClient([StubCollector.good("one")], samplers: [sampler], shareMilliseconds: 20_000)
        client.scraper.sample()
        #expect(sampler.blocker.waitUntil(inside: 1))
        let pending = client.ask()
        sampler.blocker.open()
        #expect(client.page(of: pending).states("one") == ["ok"])
    }
}

extension ScrapeClient {
    /// Looks at the deadlines until something holds; false after 10 s.
    func eventually(_ holds: () -> Bool) -> Bool {
        let limit = Clock.monotonicNanoseconds() + 10_000_000_000
        let never = Pending()
        while Clock.monotonicNanoseconds() < limit {
            if holds() { return true }
            _ = scraper.watch(nowNanoseconds: Clock.monotonicNanoseconds())
            never.wait(nanoseconds: 1_000_000)
        }
        return holds()
    }
}

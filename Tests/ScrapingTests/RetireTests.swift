// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles
import Scraping
import Testing

@Suite struct RetireTests {
    @Test("a retired scraper finishes what runs, still answers, and leaves no thread behind")
    func retired() {
        let blocker = Blocker()
        defer { blocker.open() }
        let name = "retires-a"
        let client = ScrapeClient([
            StubCollector("named") { _, writer in
                ThreadName.set(name)
                blocker.pass()
                writer.write(sample: "stub_named", 1)
                return .available
            }
        ])
        let running = client.ask()
        #expect(blocker.waitUntil(inside: 1))
        let waiting = client.ask(.except(["unknown"]), format: .openMetrics)
        client.scraper.retire()
        #expect(!client.scraper.isIdle)
        blocker.open()
        #expect(client.page(of: running).values("stub_named") == ["1"])
        #expect(client.page(of: waiting, format: .openMetrics).values("stub_named") == ["1"])
        #expect(client.page().values("stub_named") == ["1"])
        // The thread ends a moment after its last page is out.
        var looks = 0
        while Threads.count(named: name) > 0, looks < 10_000 {
            _ = client.scraper.watch(nowNanoseconds: Clock.monotonicNanoseconds())
            looks += 1
        }
        #expect(Threads.count(named: name) == 0)
        #expect(client.scraper.isIdle)
    }

    @Test("an idle scraper's thread ends when it is retired")
    func idle() {
        let name = "retires-b"
        let client = ScrapeClient([
            StubCollector("named") { _, writer in
                ThreadName.set(name)
                writer.write(sample: "stub_named", 1)
                return .available
            }
        ])
        #expect(client.page().values("stub_named") == ["1"])
        #expect(Threads.count(named: name) == 1)
        client.scraper.retire()
        var looks = 0
        while Threads.count(named: name) > 0, looks < 10_000 { looks += 1 }
        #expect(Threads.count(named: name) == 0)
    }
}

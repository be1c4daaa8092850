// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import ExpositionSupport
import Pages
import Scraping
import Testing

@Suite struct SingleFlightTests {
    @Test("requests that ask for the same while a scrape runs share its page")
    func equalRequestsShare() throws {
        let blocker = Blocker()
        defer { blocker.open() }
        let client = ScrapeClient([StubCollector.counted("one", in: blocker)], shareMilliseconds: 20_000)
        let first = client.ask(deadlineMilliseconds: 20_000)
        #expect(blocker.waitUntil(inside: 1))
        let second = client.ask(deadlineMilliseconds: 20_000)
        // The joiner gets the running page even if its own deadline is earlier.
        let third = client.ask(deadlineMilliseconds: 1)
        blocker.open()
        let pages = [first, second, third].map { client.page(of: $0) }
        #expect(pages.map { $0.values("stub_one") } == [["1"], ["1"], ["1"]])
        #expect(pages[0].bytes == pages[1].bytes && pages[1].bytes == pages[2].bytes)
        #expect(client.page().values("stub_one") == ["2"])
    }

    @Test("requests that ask for something else wait for their turn and share among themselves")
    func unequalRequestsQueue() throws {
        let blocker = Blocker()
        defer { blocker.open() }
        let client = ScrapeClient(
            [StubCollector.counted("one", in: blocker), StubCollector.counted("two", in: Blocker(open: true))],
            shareMilliseconds: 20_000)
        let all = client.ask(deadlineMilliseconds: 20_000)
        #expect(blocker.waitUntil(inside: 1))
        let some = client.ask(.only(["two"]), deadlineMilliseconds: 20_000)
        let same = client.ask(.except(["one"]), deadlineMilliseconds: 20_000)
        #expect(some.answer == nil)
        blocker.open()
        #expect(client.page(of: all).values("stub_two") == ["1"])
        let pages = [some, same].map { client.page(of: $0) }
        #expect(pages.map { $0.values("stub_two") } == [["2"], ["2"]])
        #expect(pages[0].bytes == pages[1].bytes)
        #expect(pages[0].values("stub_one").isEmpty && pages[0].states("one").isEmpty)
    }

    @Test("text and OpenMetrics of one scrape have identical samples")
    func formatsAgree() throws {
        let blocker = Blocker()
        defer { blocker.open() }
        let slots: [any AnyCollector] = [
            StubCollector.counted("one", in: blocker),
            StubCollector("counter") { _, writer in
                let family = writer.family(.counter("stub_reads_total", ["disk"], "Counts."))
                writer.write(family, writer.labels { $0.add("disk", "a\\b\"c\nd") }, 5)
                let odd = writer.family(.counter("stub_reads", [], "A counter without a suffix."))
                writer.write(odd, writer.labels { _ in }, 0.1)
                let untyped = writer.family(.untyped("stub_field", [], "Untyped."))
                writer.write(untyped, writer.labels { _ in }, Double.infinity)
                return .available
            },
        ]
        let client = ScrapeClient(slots, agent: .stub, shareMilliseconds: 20_000)
        let text = client.ask(deadlineMilliseconds: 20_000)
        #expect(blocker.waitUntil(inside: 1))
        let open = client.ask(format: .openMetrics, deadlineMilliseconds: 20_000)
        blocker.open()
        let one = client.page(of: text)
        let two = client.page(of: open, format: .openMetrics)
        #expect(one.problems.isEmpty)
        #expect(two.problems.isEmpty)
        #expect(one.samples.count > 20)
        #expect(one.samples == two.samples)
    }

    @Test("a collector that is unknown or not enabled is refused by name")
    func refused() throws {
        let client = ScrapeClient([StubCollector.good("one")])
        let answer = try #require(client.wait(for: client.ask(.only(["one", "nothing"]))))
        guard case .refused(let text) = answer.answer else {
            Issue.record("not refused")
            return
        }
        #expect(text.contains("\"nothing\""))
        #expect(client.page(.except(["nothing"])).values("stub_one") == ["1"])
    }

    @Test("completions of many threads that ask at once all run, each once")
    func manyAskers() async {
        let client = ScrapeClient((0..<4).map { StubCollector.good("s\($0)") })
        let choices: [(CollectorChoice, [String])] = [
            (.all, ["stub_s0", "stub_s1", "stub_s2", "stub_s3"]), (.only(["s1"]), ["stub_s1"]),
            (.except(["s2"]), ["stub_s0", "stub_s1", "stub_s3"]), (.only(["s3", "s0"]), ["stub_s0", "stub_s3"]),
        ]
        let good = await withTaskGroup(of: Int.self) { group in
            for asker in 0..<8 {
                group.addTask {
                    var good = 0
                    for round in 0..<50 {
                        let (choice, names) = choices[(asker + round) % choices.count]
                        let found = client.page(choice).families.map(\.name).filter { $0.hasPrefix("stub_") }
                        if found == names { good += 1 }
                    }
                    return good
                }
            }
            return await group.reduce(0, +)
        }
        #expect(good == 400)
    }
}

extension AgentFacts {
    static let stub = AgentFacts(version: "1", revision: "abc", swiftVersion: "6", compatibleVersion: "1.12.1")
}

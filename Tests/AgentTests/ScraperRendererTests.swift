// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Pages
import Synchronization
import Testing

@testable import Agent

@Suite struct ScraperRendererTests {
    private func text(
        _ renderer: ScraperRenderer, _ choice: CollectorChoice, _ format: PageFormat = .text
    ) async -> String {
        let deadline = Clock.monotonicNanoseconds() + 60_000_000_000
        return await withCheckedContinuation { continuation in
            let request = PageRequest(choice: choice, format: format, deadlineNanoseconds: deadline)
            renderer.render(request) { answer in
                switch answer {
                case .page(let bytes): continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
                case .refused(let text): continuation.resume(returning: "refused: \(text)")
                }
            }
        }
    }

    @Test("pages have the collectors that are asked for, in the format that is asked for")
    func choices() async throws {
        let host = try MadeUpHost()
        let renderer = ScraperRenderer(try host.assembly(), onBeat: {})
        let all = await text(renderer, .all)
        #expect(all.contains("\nnode_load1 0.25\n") && all.contains("\nnode_filefd_allocated 100\n"))
        let only = await text(renderer, .only(["loadavg"]))
        #expect(only.contains("\nnode_load1 ") && !only.contains("node_filefd"))
        let except = await text(renderer, .except(["loadavg"]))
        #expect(!except.contains("node_load1") && except.contains("node_filefd"))
        #expect(await text(renderer, .all, .openMetrics).hasSuffix("# EOF\n"))
        #expect(await text(renderer, .only(["arp"])).hasPrefix("refused: "))
    }

    @Test("every collector is listed by name with its state, those that are off too")
    func reports() async throws {
        let host = try MadeUpHost()
        let renderer = ScraperRenderer(try host.assembly(["collector.filefd": ["false"]]), onBeat: {})
        func states() -> [String] { renderer.collectorReports().map { "\($0.name) \($0.isEnabled) \($0.stateText)" } }
        #expect(states() == ["arp false off", "filefd false off", "loadavg true not scraped yet"])
        _ = await text(renderer, .all)
        #expect(states() == ["arp false off", "filefd false off", "loadavg true ok"])
        renderer.exchange(for: try host.assembly(["collector.loadavg": ["false"]]))
        #expect(states() == ["arp false off", "filefd true not scraped yet", "loadavg false off"])
    }

    @Test("every call of the event loop is a beat")
    func beats() throws {
        let host = try MadeUpHost()
        let counter = Counter()
        let renderer = ScraperRenderer(try host.assembly(), onBeat: { counter.beats.add(1, ordering: .relaxed) })
        for _ in 0..<3 { renderer.sample() }
        #expect(counter.beats.load(ordering: .relaxed) == 3)
    }

    private final class Counter: Sendable {
        let beats = Atomic<Int>(0)
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import ExpositionSupport
import Foundation
import KernelFiles
import Pages
import Scraping
import Synchronization

/// A page with what a test asks of it.
struct Page {
    let bytes: [UInt8]
    let milliseconds: Int
    let families: [ExpositionFamily]
    let format: ExpositionValidator.Format

    init(_ bytes: [UInt8], milliseconds: Int = 0, format: ExpositionValidator.Format = .text) {
        self.bytes = bytes
        self.milliseconds = milliseconds
        self.format = format
        families = ExpositionValidator.families(in: bytes, format: format)
    }

    var problems: [String] { ExpositionValidator.problems(in: bytes, format: format) }
    var samples: [ExpositionSample] { families.flatMap(\.samples) }

    /// The values of a name's samples.
    func values(_ name: String) -> [String] { samples.filter { $0.name == name }.map(\.value) }

    /// The values of the label `item` of a name's samples.
    func items(_ name: String) -> [String] { samples.filter { $0.name == name }.compactMap { $0["item"] } }

    /// The states that a collector has on this page: one, if all is right.
    func states(_ collector: String) -> [String] {
        samples.filter { $0.name == "host_collector_state" && $0["collector"] == collector }.compactMap { $0["state"] }
    }

    func success(_ collector: String) -> String? {
        samples.first { $0.name == "node_scrape_collector_success" && $0["collector"] == collector }?.value
    }
}

/// Asks a scraper as the server does: from one thread, which looks at the deadlines in between.
struct ScrapeClient: Sendable {
    let scraper: Scraper
    /// The state changes that were told, `collector: state`.
    let changes: Changes

    final class Changes: Sendable {
        private let lines = Mutex<[String]>([])

        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    /// An answer that is on its way.
    final class Pending: Sendable {
        private let content = Mutex<(answer: PageAnswer, nanoseconds: UInt64)?>(nil)
        private let came = DispatchSemaphore(value: 0)
        let asked = Clock.monotonicNanoseconds()

        func take(_ answer: PageAnswer) {
            content.withLock {
                precondition($0 == nil, "a completion ran twice")
                $0 = (answer, Clock.monotonicNanoseconds())
            }
            came.signal()
        }

        var answer: (answer: PageAnswer, nanoseconds: UInt64)? { content.withLock { $0 } }

        func wait(nanoseconds: UInt64) { _ = came.wait(timeout: .now() + .nanoseconds(Int(nanoseconds))) }
    }

    init(
        _ collectors: [any AnyCollector], samplers: [any SamplingSource] = [], agent: AgentFacts? = nil,
        shareMilliseconds: UInt64 = 250
    ) {
        let sources = Sources()
        for source in collectors.flatMap(\.laneSources) where !sources.all.contains(where: { $0 === source }) {
            sources.add(source)
        }
        for sampler in samplers { sources.add(sampler) }
        let changes = Changes()
        self.changes = changes
        scraper = Scraper(
            collectors: collectors, sources: sources, budget: DescriptorBudget(limit: 16), agent: agent,
            onChange: { report, _ in changes.add("\(report.name): \(report.stateText)") },
            shareNanoseconds: shareMilliseconds * 1_000_000)
    }

    /// Asks and does not wait.
    func ask(
        _ choice: CollectorChoice = .all, format: ExpositionValidator.Format = .text,
        deadlineMilliseconds: UInt64 = 5_000
    ) -> Pending {
        let pending = Pending()
        scraper.scrape(
            PageRequest(
                choice: choice, format: format == .text ? .text : .openMetrics,
                deadlineNanoseconds: pending.asked + deadlineMilliseconds * 1_000_000)
        ) { pending.take($0) }
        return pending
    }

    /// Waits for an answer and looks at the deadlines meanwhile; nil after half a minute.
    func wait(for pending: Pending) -> (answer: PageAnswer, nanoseconds: UInt64)? {
        let limit = Clock.monotonicNanoseconds() + 30_000_000_000
        while true {
            if let answer = pending.answer { return answer }
            let now = Clock.monotonicNanoseconds()
            guard now < limit else { return nil }
            // No sooner than it wants to be looked at: the server has one timer and no other occasion.
            let next = min(scraper.watch(nowNanoseconds: now) ?? .max, limit)
            pending.wait(nanoseconds: next > now ? max(next - now, 1_000_000) : 1_000_000)
        }
    }

    /// Asks and waits for the page.
    func page(
        _ choice: CollectorChoice = .all, format: ExpositionValidator.Format = .text,
        deadlineMilliseconds: UInt64 = 5_000
    ) -> Page {
        page(of: ask(choice, format: format, deadlineMilliseconds: deadlineMilliseconds), format: format)
    }

    func page(of pending: Pending, format: ExpositionValidator.Format = .text) -> Page {
        guard let answer = wait(for: pending), case .page(let bytes) = answer.answer else { return Page([]) }
        return Page(bytes, milliseconds: Int((answer.nanoseconds - pending.asked) / 1_000_000), format: format)
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
package import Pages
import Scraping
import Serving
import Synchronization

/// What the server asks for pages: the scraper, in the server's terms.
///
/// The scraper can be exchanged while pages are made; those that have begun are finished by the one before.
package final class ScraperRenderer: PageRenderer {
    private struct State {
        var assembly: Assembly
        /// Those before it that still have pages to finish.
        var retired: [Assembly] = []
        var nextSample: UInt64 = 0
    }

    /// Time between two samples, however often the event loop calls.
    package static let samplingNanoseconds: UInt64 = 5_000_000_000

    private let state: Mutex<State>
    private let onBeat: @Sendable () -> Void

    /// A renderer whose `onBeat` is called on the event loop with every periodic call: a sign that the loop lives.
    package init(_ assembly: Assembly, onBeat: @escaping @Sendable () -> Void) {
        state = Mutex(State(assembly: assembly))
        self.onBeat = onBeat
    }

    /// Lets another assembly make the pages from now on.
    package func exchange(for assembly: Assembly) {
        let before = state.withLock { state in
            let before = state.assembly
            state.assembly = assembly
            state.retired.append(before)
            state.nextSample = 0
            return before
        }
        before.scraper.retire()
        current.scraper.sample()
    }

    private var scraper: Scraper { state.withLock { $0.assembly.scraper } }

    /// What makes the pages now.
    package var current: Assembly { state.withLock { $0.assembly } }

    /// Has the scraper make a page.
    package func render(_ request: PageRequest, completion: @escaping @Sendable (PageAnswer) -> Void) {
        scraper.scrape(request, completion: completion)
    }

    /// Looks after deadlines, of pages too that the scraper before has to finish.
    package func watch(nowNanoseconds now: UInt64) -> UInt64? {
        let (current, retired) = state.withLock { ($0.assembly.scraper, $0.retired) }
        let next = current.watch(nowNanoseconds: now)
        guard !retired.isEmpty else { return next }
        state.withLock { state in state.retired.removeAll { $0.scraper.isIdle } }
        return (retired.map { $0.scraper.watch(nowNanoseconds: now) } + [next]).compactMap(\.self).min()
    }

    /// Takes a CPU sample where one is due.
    package func sample() {
        onBeat()
        let now = Clock.monotonicNanoseconds()
        let due: Assembly? = state.withLock { state in
            guard now >= state.nextSample else { return nil }
            // A little early rather than a whole beat late.
            state.nextSample = now &+ Self.samplingNanoseconds / 50 * 49
            return state.assembly
        }
        due?.scraper.sample()
    }

    /// Every collector with its state, sorted by name.
    package func collectorReports() -> [CollectorReport] { current.reports() }
}

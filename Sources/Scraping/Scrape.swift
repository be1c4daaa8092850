// SPDX-License-Identifier: Apache-2.0

import Pages

/// A scrape that runs or waits to run.
///
///     waiting --(begins)--> reading sources and collectors that need none
///         --(all sources have answered, or 4/5 of the time is over)--> reading the collectors that need sources
///         --(all have come back, or the deadline)--> composing --> answered
final class Scrape {
    struct Waiter {
        let format: Int
        let completion: @Sendable (PageAnswer) -> Void
    }

    /// How far a source is in this scrape.
    enum SourceState {
        /// No collector asks for it.
        case unasked
        /// It waits for the sources that it needs.
        case waiting
        /// Its lane is at it.
        case running
        /// It has answered, has nothing to do, or was given up.
        case done
    }

    let number: UInt64
    /// Indices of the collectors asked for, ascending.
    let collectors: [Int]
    var deadlineNanoseconds: UInt64
    var startedNanoseconds: UInt64 = 0
    var waiters: [Waiter] = []
    /// Collectors that came back within this scrape.
    var finished: [Bool]
    var sources: [SourceState]
    /// True once the collectors that use sources may run.
    var areSourcesDone = false
    var isComposing = false

    init(number: UInt64, collectors: [Int], of count: Int, sourceCount: Int, deadlineNanoseconds: UInt64) {
        self.number = number
        self.collectors = collectors
        self.deadlineNanoseconds = deadlineNanoseconds
        finished = Array(repeating: false, count: count)
        sources = Array(repeating: .unasked, count: sourceCount)
    }

    /// When sources that have not answered are given up, so that collectors have the rest of the time.
    var sourcesEndNanoseconds: UInt64 { deadlineNanoseconds &- (deadlineNanoseconds &- startedNanoseconds) / 5 }

    /// True while a source is still waited for.
    var awaitsSources: Bool {
        sources.contains { $0 == .running || $0 == .waiting }
    }
}

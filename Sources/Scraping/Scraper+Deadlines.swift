// SPDX-License-Identifier: Apache-2.0

import CollectorKit

extension Scraper {
    /// Abandons what hangs and ends a scrape whose deadline has come.
    ///
    /// Returns when it wants to look again.
    public func watch(nowNanoseconds now: UInt64) -> UInt64? {
        lock.lock()
        var next = UInt64.max
        for lane in lanes {
            guard let worker = lane.worker, let task = worker.task else { continue }
            let started = worker.taskStartedNanoseconds
            let end = started &+ deadlines.share(of: task, now: started, scrape: scrape)
            if now >= end {
                abandon(worker, of: lane, in: task)
            } else {
                next = min(next, end)
            }
        }
        if let scrape, !scrape.isComposing {
            if !scrape.areSourcesDone, now >= scrape.sourcesEndNanoseconds {
                for lane in lanes where !lane.sources.isEmpty { lane.cut() }
                for index in scrape.sources.indices { scrape.sources[index] = .done }
                releaseDependents()
            }
            if now >= scrape.deadlineNanoseconds {
                finish(scrape)
            } else {
                let end = scrape.areSourcesDone ? scrape.deadlineNanoseconds : scrape.sourcesEndNanoseconds
                next = min(next, max(end, now &+ 1_000_000))
            }
        }
        // What begins the moment after this look, the next scrape included, is to be seen when its share is over.
        if scrape != nil { next = min(next, now &+ deadlines.share(of: .startSources, now: now, scrape: scrape)) }
        lock.unlock()
        return next == .max ? nil : next
    }

    /// Leaves a worker behind with what it hangs in; another one takes the rest of its lane.
    private func abandon(_ worker: Worker, of lane: Lane, in task: LaneTask) {
        worker.isAbandoned = true
        lane.worker = nil
        guard let scrape, !scrape.isComposing else { return }
        if case .startSources = task {
            for index in scrape.sources.indices where scrape.sources[index] == .waiting {
                scrape.sources[index] = .done
            }
        }
        if !lane.hasNext { end(lane) }
        if lane.hasNext || scrape.areSourcesDone && lanes.allSatisfy(\.isDone) { wake(lane) }
    }
}

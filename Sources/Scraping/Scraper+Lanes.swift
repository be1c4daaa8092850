// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles
import Pages

/// How a scrape goes through its lanes. Everything here is called with the lock held, and leaves it held.
extension Scraper {
    // MARK: A scrape

    func startNext() {
        guard scrape == nil, !pending.isEmpty else { return }
        let next = pending.removeFirst()
        scrape = next
        next.startedNanoseconds = Clock.monotonicNanoseconds()
        next.deadlineNanoseconds = max(next.deadlineNanoseconds, next.startedNanoseconds &+ 100_000_000)
        for index in next.collectors {
            for source in sourcesOfCollector[index] { next.sources[source] = .waiting }
        }
        next.areSourcesDone = !next.awaitsSources
        kernelLane.begin(next.areSourcesDone ? [] : [.startSources])
        kernelLane.isDone = false
        for index in next.collectors where sourcesOfCollector[index].isEmpty {
            add(.collect(index), to: laneOfCollector[index])
        }
        wake(kernelLane)
    }

    private func add(_ task: LaneTask, to lane: Lane) {
        lane.append(task)
        lane.isDone = false
        if lane !== kernelLane { wake(lane) }
    }

    /// The sources have answered or are given up: the collectors that use them may run.
    func releaseDependents() {
        guard let scrape, !scrape.areSourcesDone else { return }
        scrape.areSourcesDone = true
        for index in scrape.collectors where !sourcesOfCollector[index].isEmpty {
            add(.collect(index), to: laneOfCollector[index])
        }
        wake(kernelLane)
    }

    /// A lane has nothing left to do in this scrape.
    func end(_ lane: Lane) {
        guard !lane.isDone else { return }
        lane.isDone = true
        guard let scrape, !scrape.isComposing, !scrape.areSourcesDone else { return }
        for index in lane.sources where scrape.sources[index] == .running {
            scrape.sources[index] = .done
            let isNeeded = needs.indices.contains { scrape.sources[$0] == .waiting && needs[$0].contains(index) }
            if isNeeded {
                add(.startSources, to: kernelLane)
                wake(kernelLane)
            }
        }
        if !scrape.awaitsSources { releaseDependents() }
    }

    /// Composes and answers.
    func finish(_ scrape: Scrape) {
        scrape.isComposing = true
        for lane in lanes { lane.cut() }
        lock.unlock()
        let pages = page.compose(scrape)
        lock.lock()
        let waiters = scrape.waiters
        page.publish()
        self.scrape = nil
        startNext()
        if isRetired { wakeAll() }
        lock.unlock()
        for waiter in waiters { waiter.completion(.page(pages[waiter.format])) }
        lock.lock()
    }

    // MARK: Workers

    func wake(_ lane: Lane) {
        if let worker = lane.worker {
            // A worker that is at a task looks for the next one by itself.
            if worker.task == nil { lock.wakeLater(worker.signal) }
            return
        }
        lane.worker = Worker()
        let isStarted = DetachedThread.start("hx-" + lane.name) { [self, index = lane.index] in run(lanes[index]) }
        if !isStarted { lane.worker = nil }
    }

    func wakeAll() {
        for lane in lanes { lane.worker?.signal.give() }
    }

    private func run(_ lane: Lane) {
        var reader = KernelFileReader(budget: budget, conditions: conditions)
        lock.lock()
        // A worker without a task is never abandoned, so the lane's is this thread's.
        if let worker = lane.worker {
            while !worker.isAbandoned, work(worker, of: lane, &reader) {}
        }
        lock.unlock()
    }

    /// Does what comes next in a lane, or waits for it; false where the worker's thread is to end.
    private func work(_ worker: Worker, of lane: Lane, _ reader: inout KernelFileReader) -> Bool {
        if let task = lane.takeNext() {
            perform(task, worker, lane, &reader)
        } else if !lane.isDone {
            end(lane)
        } else if let scrape, scrape.areSourcesDone, !scrape.isComposing, lanes.allSatisfy(\.isDone) {
            finish(scrape)
        } else if isRetired, scrape == nil, pending.isEmpty {
            lane.worker = nil
            return false
        } else {
            worker.signal.wait(with: lock)
        }
        return true
    }

    /// Runs one task without the lock and notes what came of it.
    private func perform(_ task: LaneTask, _ worker: Worker, _ lane: Lane, _ reader: inout KernelFileReader) {
        let number = scrape?.number ?? scrapes
        worker.task = task
        worker.taskStartedNanoseconds = Clock.monotonicNanoseconds()
        if case .sample(let source) = task { sampling.insert(ObjectIdentifier(source)) }
        var states: [Scrape.SourceState] = []
        if case .startSources = task { states = scrape?.sources ?? [] }
        lock.unlock()
        reader.beginCollection(scrape: number)
        var found: [any LaneItem] = []
        var isFinished = false
        switch task {
        case .startSources: findNeeded(&states)
        case .collect(let index): isFinished = collectors[index].collect(from: &reader)
        case .list(let source): found = source.list(from: &reader)
        case .item(let item, let step): item.read(step: step, from: &reader)
        case .sample(let source): source.sample(from: &reader)
        }
        lock.lock()
        worker.task = nil
        if case .sample(let source) = task { sampling.remove(ObjectIdentifier(source)) }
        // An abandoned worker's scrape has gone on without it.
        guard !worker.isAbandoned, let scrape, scrape.number == number, !scrape.isComposing else { return }
        switch task {
        case .startSources: start(states)
        case .collect(let index): scrape.finished[index] = isFinished
        case .list:
            guard !lane.isDone else { return }
            for item in found {
                for step in 0..<item.stepCount { lane.append(.item(item, step: step)) }
            }
        case .item, .sample: break
        }
    }

    // MARK: Sources

    /// Says of each source that waits, and whose own needs have been met, whether it has anything to do.
    ///
    /// Asks the sources, so it runs without the lock.
    private func findNeeded(_ states: inout [Scrape.SourceState]) {
        var isChanged = true
        while isChanged {
            isChanged = false
            for index in states.indices where states[index] == .waiting {
                guard needs[index].allSatisfy({ states[$0] == .done || states[$0] == .unasked }) else { continue }
                states[index] = sources[index].isNeeded ? .running : .done
                isChanged = true
            }
        }
    }

    /// Starts the lanes of the sources that have something to do.
    private func start(_ states: [Scrape.SourceState]) {
        guard let scrape, !scrape.areSourcesDone else { return }
        for index in states.indices where scrape.sources[index] == .waiting && states[index] != .waiting {
            scrape.sources[index] = states[index]
            if states[index] == .running { add(.list(sources[index]), to: laneOfSource[index]) }
        }
        if !scrape.awaitsSources { releaseDependents() }
    }
}

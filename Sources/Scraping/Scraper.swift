// SPDX-License-Identifier: Apache-2.0

public import CollectorKit
import Exposition
public import KernelFiles
public import Pages

/// Runs the collectors for whoever asks, in lanes, by a deadline, and composes the page.
///
/// Requests that ask for the same collectors while a scrape runs share its page; others wait for their turn. Nothing
/// is read on the caller's thread. A task that takes longer than its share is abandoned with the thread that hangs in
/// it; what it reads is left alone until that thread comes back by itself.
public final class Scraper: @unchecked Sendable {
    // Everything mutable is touched only with the gate held, but for the page's parts, which belong to the thread
    // that composes (`ScrapeJob.isComposing`).
    let slots: [any CollectorSlot]
    let gate = Gate()
    private let kernelLane = Lane(source: nil)
    private let sourceLanes: [Lane]
    private let samplers: [any SamplingSource]
    /// Samplers that a thread is in: one that hangs gets no second thread.
    private var sampling: Set<ObjectIdentifier> = []
    private let budget: DescriptorBudget
    private let shareNanoseconds: UInt64
    private var byName: [String: Int] = [:]
    /// What is asked of slots at every scrape: who is at each, whether it waits for sources, and its share of the time.
    private let states: [ItemState]
    private let hasSources: [Bool]
    private let shares: [UInt64?]
    private let all: [Int]

    private var job: ScrapeJob?
    private var pending: [ScrapeJob] = []
    private var scrapes: UInt64 = 0
    private var isRetired = false
    private let page: PageBuilder

    /// A scraper of these slots.
    ///
    /// `agent` describes the agent itself on every page; nil leaves that out. `earlier` is the scraper whose sources it
    /// takes over.
    public init(
        slots: [any CollectorSlot], sources: Sources, budget: DescriptorBudget, agent: AgentFacts?,
        onChange: @escaping @Sendable (CollectorReport, CollectorState?) -> Void = { _, _ in },
        shareNanoseconds: UInt64 = 250_000_000, after earlier: Scraper? = nil
    ) {
        self.slots = slots
        // Sources that go on know scrapes by their numbers, so numbers must not come again.
        scrapes = earlier.map { $0.gate.holding { [scraper = $0] in scraper.scrapes &+ 1_000_000 } } ?? 0
        self.budget = budget
        self.shareNanoseconds = shareNanoseconds
        sourceLanes = sources.all.compactMap { $0 as? any ItemSource }.map { Lane(source: $0) }
        samplers = sources.all.compactMap { $0 as? any SamplingSource }
        all = Array(slots.indices)
        states = slots.map(\.state)
        hasSources = slots.map { !$0.itemSources.isEmpty }
        shares = slots.map(\.descriptor.shareNanoseconds)
        page = PageBuilder(slots: slots, agent: agent, onChange: onChange)
        for (index, slot) in slots.enumerated() { byName[slot.descriptor.name] = index }
    }

    /// Starts or joins a scrape.
    ///
    /// The completion runs once, on any thread.
    public func scrape(_ request: PageRequest, completion: @escaping @Sendable (PageAnswer) -> Void) {
        let chosen: [Int]
        switch choose(request.choice) {
        case .success(let indices): chosen = indices
        case .failure(let refusal):
            completion(.refused(refusal.text))
            return
        }
        gate.holding {
            let waiter = ScrapeJob.Waiter(format: request.format == .text ? 0 : 1, completion: completion)
            if let job, job.slots == chosen, !job.isComposing {
                job.waiters.append(waiter)
            } else if let waiting = pending.first(where: { $0.slots == chosen }) {
                waiting.waiters.append(waiter)
            } else {
                scrapes += 1
                let fresh = ScrapeJob(
                    number: scrapes, slots: chosen, slotCount: slots.count,
                    deadlineNanoseconds: request.deadlineNanoseconds)
                fresh.waiters.append(waiter)
                pending.append(fresh)
                startNext()
            }
        }
    }

    /// Takes the periodic sample of the sources that want one, unless a scrape runs, which takes it as well.
    public func sample() {
        guard !samplers.isEmpty else { return }
        _ = watch(nowNanoseconds: Clock.monotonicNanoseconds())
        gate.holding {
            guard job == nil, !kernelLane.hasNext, kernelLane.worker?.task == nil else { return }
            let free = samplers.filter { !sampling.contains(ObjectIdentifier($0)) }
            guard !free.isEmpty else { return }
            scrapes += 1  // A sample is a look of its own: sources read once in each.
            kernelLane.tasks = free.map { .sample($0) }
            kernelLane.next = 0
            wake(kernelLane)
        }
    }

    /// Lets the worker threads end as soon as nothing runs or waits: another scraper takes this one's place.
    ///
    /// What runs is finished, and what is asked for later still gets its page.
    public func retire() {
        gate.holding {
            isRetired = true
            ringAll()
        }
    }

    /// True while nothing runs or waits.
    public var isIdle: Bool {
        gate.holding { job == nil && pending.isEmpty && kernelLane.worker?.task == nil }
    }

    /// What became of each collector in the last scrape that asked for it; nil for one that never ran.
    public func reports() -> [CollectorReport?] {
        gate.holding { page.reports }
    }

    // MARK: Deadlines

    /// Abandons what hangs and ends a scrape whose deadline has come.
    ///
    /// Returns when it wants to look again.
    public func watch(nowNanoseconds now: UInt64) -> UInt64? {
        gate.lock()
        var next = UInt64.max
        for lane in [kernelLane] + sourceLanes {
            guard let worker = lane.worker, let task = worker.task else { continue }
            let end = worker.taskStartedNanoseconds &+ share(of: task, now: worker.taskStartedNanoseconds)
            if now >= end {
                worker.isAbandoned = true
                lane.worker = nil
                if job != nil { advance(lane) }
            } else {
                next = min(next, end)
            }
        }
        if let job, !job.isComposing {
            let sourcesEnd = job.deadlineNanoseconds &- (job.deadlineNanoseconds &- job.startedNanoseconds) / 5
            if !job.areSourcesDone, now >= sourcesEnd {
                for lane in sourceLanes { lane.cut() }
                releaseDependents()
            }
            if now >= job.deadlineNanoseconds {
                kernelLane.cut()
                finish(job)
            } else {
                next = min(next, job.areSourcesDone ? job.deadlineNanoseconds : max(sourcesEnd, now &+ 1_000_000))
            }
        }
        // What begins the moment after this look, the next scrape included, is to be seen when its share is over.
        if job != nil { next = min(next, now &+ share(of: .begin, now: now)) }
        gate.unlock()
        return next == .max ? nil : next
    }

    /// How long one task may take: 0.25 s or what an item or a descriptor asks for, and never more than a quarter of the time that was
    /// left at its start.
    private func share(of task: LaneTask, now: UInt64) -> UInt64 {
        var share = shareNanoseconds
        if case .item(let item) = task { share = item.shareNanoseconds ?? share }
        if case .collect(let index) = task { share = shares[index] ?? share }
        guard let job, job.deadlineNanoseconds > now else { return share }
        return max(10_000_000, min(share, (job.deadlineNanoseconds - now) / 4))
    }

    // MARK: Jobs (with the gate held)

    private func startNext() {
        guard job == nil, !pending.isEmpty else { return }
        let next = pending.removeFirst()
        job = next
        next.startedNanoseconds = Clock.monotonicNanoseconds()
        next.deadlineNanoseconds = max(next.deadlineNanoseconds, next.startedNanoseconds &+ 100_000_000)
        kernelLane.tasks.removeAll(keepingCapacity: true)
        kernelLane.next = 0
        kernelLane.isDone = false
        kernelLane.tasks.append(.begin)
        for index in next.slots where !hasSources[index] {
            kernelLane.tasks.append(.collect(slot: index))
        }
        wake(kernelLane)
    }

    /// Starts the lanes of the sources that this scrape needs.
    private func startSources(_ needed: [ObjectIdentifier]) {
        for lane in sourceLanes {
            guard let source = lane.source, needed.contains(ObjectIdentifier(source)) else { continue }
            lane.tasks.removeAll(keepingCapacity: true)
            lane.next = 0
            lane.isDone = false
            lane.tasks.append(.discover(source))
            wake(lane)
        }
        if sourceLanes.allSatisfy(\.isDone) { releaseDependents() }
    }

    /// The sources have answered or timed out: the collectors that use them may run.
    private func releaseDependents() {
        guard let job, !job.areSourcesDone else { return }
        job.areSourcesDone = true
        for index in job.slots where hasSources[index] {
            kernelLane.tasks.append(.collect(slot: index))
        }
        wake(kernelLane)
    }

    private func wake(_ lane: Lane) {
        if let worker = lane.worker {
            // A worker that is at a task looks for the next one by itself.
            if worker.task == nil { gate.ringLater(worker.bell) }
            return
        }
        let worker = Worker()
        lane.worker = worker
        let isStarted = WorkerThread.start { [self, lane = UncheckedBox(lane), worker = UncheckedBox(worker)] in
            run(worker.value, lane: lane.value)
        }
        if !isStarted { lane.worker = nil }
    }

    private func ringAll() {
        for lane in [kernelLane] + sourceLanes { lane.worker?.bell.ring() }
    }

    /// A lane has lost its worker: another one takes the rest.
    private func advance(_ lane: Lane) {
        if lane.hasNext || lane === kernelLane {
            wake(lane)
        } else {
            end(lane)
        }
    }

    private func end(_ lane: Lane) {
        guard !lane.isDone else { return }
        lane.isDone = true
        if lane !== kernelLane, sourceLanes.allSatisfy(\.isDone) { releaseDependents() }
    }

    /// Composes and answers.
    ///
    /// Called with the gate held, and leaves it held.
    private func finish(_ job: ScrapeJob) {
        job.isComposing = true
        kernelLane.isDone = true
        for lane in sourceLanes { lane.cut() }
        gate.unlock()
        let pages = page.compose(job)
        gate.lock()
        let waiters = job.waiters
        page.settle()
        self.job = nil
        startNext()
        if isRetired { ringAll() }
        gate.unlock()
        for waiter in waiters { waiter.completion(.page(pages[waiter.format])) }
        gate.lock()
    }

    // MARK: Workers

    private func run(_ worker: Worker, lane: Lane) {
        ThreadName.set("hx-" + lane.name)
        var reader = KernelFileReader(budget: budget)
        gate.lock()
        while !worker.isAbandoned {
            if let task = lane.takeNext() {
                perform(task, worker, lane, &reader)
            } else if lane === kernelLane, let job, job.areSourcesDone, !job.isComposing {
                finish(job)
            } else {
                if lane !== kernelLane { end(lane) }
                if lane.hasNext { continue }
                if isRetired, job == nil, pending.isEmpty {
                    lane.worker = nil
                    break
                }
                worker.bell.wait(at: gate)
            }
        }
        gate.unlock()
    }

    /// Runs one task without the gate and notes what came of it.
    ///
    /// Called with the gate held, and leaves it held.
    private func perform(_ task: LaneTask, _ worker: Worker, _ lane: Lane, _ reader: inout KernelFileReader) {
        let number = job?.number ?? scrapes
        worker.task = task
        worker.taskStartedNanoseconds = Clock.monotonicNanoseconds()
        if case .sample(let source) = task { sampling.insert(ObjectIdentifier(source)) }
        gate.unlock()
        reader.beginCollection(scrape: number)
        var needed: [ObjectIdentifier] = []
        var found: [any SourceItem] = []
        var isFinished = false
        switch task {
        case .begin:
            needed = neededSources()
        case .collect(let index):
            if states[index].begin() {
                slots[index].collect(from: &reader)
                states[index].finish(scrape: number)
                isFinished = true
            }
        case .discover(let source):
            if source.discovery.begin() {
                var done = number
                do throws(CollectorError) { try source.discover(from: &reader) } catch { done = 0 }
                found = done == 0 ? [] : source.items
                source.discovery.finish(scrape: done)
            }
        case .item(let item):
            if item.state.begin() {
                item.read(from: &reader)
                item.state.finish(scrape: number)
            }
        case .sample(let source):
            source.sample(from: &reader)
        }
        gate.lock()
        worker.task = nil
        if case .sample(let source) = task { sampling.remove(ObjectIdentifier(source)) }
        // An abandoned worker's scrape has gone on without it.
        guard !worker.isAbandoned, let job, job.number == number, !job.isComposing else { return }
        if case .begin = task { startSources(needed) }
        if case .collect(let index) = task { job.finished[index] = isFinished }
        if !lane.isDone { for item in found { lane.tasks.append(.item(item)) } }
    }

    /// The sources that the running scrape's collectors use and that have anything to do here.
    private func neededSources() -> [ObjectIdentifier] {
        let wanted = gate.holding { job?.slots ?? [] }
        var needed: [ObjectIdentifier] = []
        for index in wanted where hasSources[index] {
            for source in slots[index].itemSources where !needed.contains(ObjectIdentifier(source)) && source.isNeeded {
                needed.append(ObjectIdentifier(source))
            }
        }
        return needed
    }
}

extension Scraper {
    private struct Refusal: Error {
        let text: String
    }

    private func choose(_ choice: CollectorChoice) -> Result<[Int], Refusal> {
        switch choice {
        case .all:
            return .success(all)
        case .except(let names):
            return .success(slots.indices.filter { !names.contains(slots[$0].descriptor.name) })
        case .only(let names):
            var chosen: Set<Int> = []
            for name in names {
                guard let index = byName[name] else {
                    return .failure(Refusal(text: "collector \"\(name)\" is unknown or not enabled"))
                }
                chosen.insert(index)
            }
            return .success(chosen.sorted())
        }
    }
}

/// Carries what the gate guards into a thread.
struct UncheckedBox<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}

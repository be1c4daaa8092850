// SPDX-License-Identifier: Apache-2.0

public import CollectorKit
import Exposition
public import KernelFiles
public import Pages

/// Runs collectors and makes pages.
///
/// The kernel lane reads procfs and sysfs, one collector after another; each lane of sources, and each collector that
/// has a lane of its own, runs beside it. Nothing is read on the caller's thread. A task that takes longer than its
/// share is abandoned with the thread that hangs in it; what it reads is left alone until that thread comes back by
/// itself.
public final class Scraper: @unchecked Sendable {
    // Sendable: everything mutable is touched only with `lock` held, but for the page's parts, which belong to the
    // thread that composes (`Scrape.isComposing`).

    let lock = ScrapeLock()
    let collectors: [any AnyCollector]
    let sources: [any LaneSource]
    /// Of each source the indices of those that it needs itself.
    let needs: [[Int]]
    /// Of each collector the indices of the sources that it waits for.
    let sourcesOfCollector: [[Int]]
    let kernelLane: Lane
    /// Of each collector the lane that it runs in.
    let laneOfCollector: [Lane]
    /// Of each source the lane that it is read in.
    let laneOfSource: [Lane]
    /// All lanes, the kernel lane first.
    let lanes: [Lane]
    let deadlines: Deadlines
    let budget: DescriptorBudget
    let conditions: ReadConditions
    let page: PageBuilder

    private let samplers: [any SamplingSource]
    private let byName: [String: Int]
    private let all: [Int]

    /// Samplers that a thread is in: one that hangs gets no second thread.
    var sampling: Set<ObjectIdentifier> = []
    var scrape: Scrape?
    var pending: [Scrape] = []
    var scrapes: UInt64 = 0
    var isRetired = false

    /// A scraper of these collectors.
    ///
    /// `agent` describes the agent itself on every page; nil leaves that out. `earlier` is the scraper whose sources it
    /// takes over.
    public init(
        collectors: [any AnyCollector], sources: Sources, budget: DescriptorBudget, agent: AgentFacts?,
        onChange: @escaping @Sendable (CollectorReport, CollectorState?) -> Void = { _, _ in },
        shareNanoseconds: UInt64 = 250_000_000, conditions: ReadConditions = .kernel, after earlier: Scraper? = nil
    ) {
        self.collectors = collectors
        self.budget = budget
        self.conditions = conditions
        // Sources that go on know scrapes by their numbers, so numbers must not come again.
        scrapes = earlier.map { earlier in earlier.lock.holding { earlier.scrapes &+ 1_000_000 } } ?? 0
        let laneSources = sources.all.compactMap { $0 as? any LaneSource }
        self.sources = laneSources
        needs = laneSources.map { source in
            let types = type(of: source).needs.map { ObjectIdentifier($0) }
            return laneSources.indices.filter { types.contains(ObjectIdentifier(type(of: laneSources[$0]))) }
        }
        sourcesOfCollector = collectors.map { collector in
            laneSources.indices.filter { index in collector.laneSources.contains { $0 === laneSources[index] } }
        }
        samplers = sources.all.compactMap { $0 as? any SamplingSource }

        let kernelLane = Lane(0, name: "kernel")
        var lanes = [kernelLane]
        var names: [String] = []
        for source in laneSources where !names.contains(source.lane) { names.append(source.lane) }
        for name in names {
            lanes.append(
                Lane(lanes.count, name: name, sources: laneSources.indices.filter { laneSources[$0].lane == name }))
        }
        laneOfSource = laneSources.map { source in lanes.first { $0.name == source.lane } ?? kernelLane }
        var laneOfCollector: [Lane] = []
        for collector in collectors {
            if collector.descriptor.lane == .own {
                lanes.append(Lane(lanes.count, name: collector.descriptor.name))
            }
            laneOfCollector.append(collector.descriptor.lane == .own ? lanes[lanes.count - 1] : kernelLane)
        }
        self.kernelLane = kernelLane
        self.lanes = lanes
        self.laneOfCollector = laneOfCollector

        all = Array(collectors.indices)
        deadlines = Deadlines(
            shareNanoseconds: shareNanoseconds, collectorShares: collectors.map(\.descriptor.shareNanoseconds))
        page = PageBuilder(collectors: collectors, agent: agent, onChange: onChange)
        byName = Dictionary(
            collectors.enumerated().map { ($1.descriptor.name, $0) }, uniquingKeysWith: { first, _ in first })
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
        lock.holding {
            let waiter = Scrape.Waiter(format: request.format == .text ? 0 : 1, completion: completion)
            if let scrape, scrape.collectors == chosen, !scrape.isComposing {
                scrape.waiters.append(waiter)
            } else if let waiting = pending.first(where: { $0.collectors == chosen }) {
                waiting.waiters.append(waiter)
            } else {
                scrapes += 1
                let fresh = Scrape(
                    number: scrapes, collectors: chosen, of: collectors.count, sourceCount: sources.count,
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
        lock.holding {
            guard scrape == nil, !kernelLane.hasNext, kernelLane.worker?.task == nil else { return }
            let free = samplers.filter { !sampling.contains(ObjectIdentifier($0)) }
            guard !free.isEmpty else { return }
            scrapes += 1  // A sample is a reading of its own: sources read once in each.
            kernelLane.begin(free.map { .sample($0) })
            wake(kernelLane)
        }
    }

    /// Lets the worker threads end as soon as nothing runs or waits: another scraper takes this one's place.
    ///
    /// What runs is finished, and what is asked for later still gets its page.
    public func retire() {
        lock.holding {
            isRetired = true
            wakeAll()
        }
    }

    /// True while nothing runs or waits.
    public var isIdle: Bool {
        lock.holding { scrape == nil && pending.isEmpty && kernelLane.worker?.task == nil }
    }

    /// What became of each collector in the last scrape that asked for it; nil for one that never ran.
    public func reports() -> [CollectorReport?] {
        lock.holding { page.reports }
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
            return .success(collectors.indices.filter { !names.contains(collectors[$0].descriptor.name) })
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

// SPDX-License-Identifier: Apache-2.0

public import CollectorKit
public import Exposition
public import KernelFiles

/// Scrapes collectors in one thread, as the scraper's lanes do in several: for fixtures, fuzzing and unit tests.
public final class ScrapeDriver {
    /// The collectors, in the order in which they run.
    public let collectors: [any AnyCollector]
    /// Counts the scrapes, from 1.
    public private(set) var number: UInt64 = 0
    /// What came of each collector in the last scrape; nil for one in which somebody was stuck.
    public private(set) var results: [CollectorResult?] = []
    /// The items of all sources in the last scrape.
    public private(set) var items: [any LaneItem] = []

    private let sources: Sources
    private var reader: KernelFileReader
    private let conditions: ReadConditions
    private let hangs: HangingReads?
    private var composer = PageComposer()

    /// A driver of collectors that are made; `hangs` are reads that keep their threads.
    public init(
        _ collectors: [any AnyCollector], sources: Sources, conditions: ReadConditions = .kernel,
        hangs: HangingReads? = nil
    ) {
        self.collectors = collectors
        self.sources = sources
        self.hangs = hangs
        self.conditions = hangs?.conditions(conditions) ?? conditions
        reader = KernelFileReader(budget: Self.budget(), conditions: self.conditions)
    }

    /// A driver of collectors that it makes.
    public convenience init(
        _ entries: [CollectorEntry], roots: Roots, options: Options = Options(), enabled: Set<String> = [],
        sources: Sources = Sources(), conditions: ReadConditions = .kernel, hangs: HangingReads? = nil
    ) throws(ConfigurationError) {
        let context = CollectorContext(roots: roots, options: options, sources: sources, enabled: enabled)
        var made: [any AnyCollector] = []
        for entry in entries { made.append(try entry.make(context)) }
        self.init(made, sources: sources, conditions: conditions, hangs: hangs)
    }

    /// Reads the sources, but for items of these names, and runs the collectors; `between` runs when the sources have
    /// been read.
    public func scrape(leavingOut isLeftOut: (String) -> Bool = { _ in false }, between: () -> Void = {}) {
        number += 1
        items = []
        for source in sources.all {
            guard let source = source as? any LaneSource, source.isNeeded else { continue }
            let listed = read { source.list(from: &$0) } ?? []
            items += listed
            for item in listed where !isLeftOut(item.name) {
                for step in 0..<item.stepCount { read { item.read(step: step, from: &$0) } }
            }
        }
        between()
        var hasRun: [Bool] = []
        for collector in collectors {
            hasRun.append(read { collector.collect(from: &$0) } ?? false)
        }
        composer.reset()
        results = zip(collectors, hasRun).map { collector, hasRun in
            hasRun ? collector.result(in: number, into: &composer) : nil
        }
    }

    /// Reads in this thread, or in one of its own where reads may hang; nil where one does.
    @discardableResult
    private func read<Value: Sendable>(_ body: @escaping @Sendable (inout KernelFileReader) -> Value) -> Value? {
        guard let hangs else {
            reader.beginCollection(scrape: number)
            return body(&reader)
        }
        let (conditions, number) = (conditions, number)
        return hangs.run {
            var reader = KernelFileReader(budget: Self.budget(), conditions: conditions)
            reader.beginCollection(scrape: number)
            return body(&reader)
        }
    }

    /// Made-up trees lie on ordinary file systems; a test may have mounts of its thread's own.
    private static func budget() -> DescriptorBudget {
        DescriptorBudget(limit: 256, keeping: .anywhere, mountTable: "/proc/thread-self/mountinfo")
    }

    /// The page of the last scrape.
    public func page(_ format: PageFormat = .text) -> [UInt8] { composer.page(format) }

    /// The page of the last scrape as text.
    public var text: String { String(decoding: page(), as: UTF8.self) }

    /// The samples of the last scrape, sorted, a line each.
    public var samples: [String] {
        text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init).sorted()
    }

    /// What came of the first collector in the last scrape.
    public var result: CollectorResult { results.first.flatMap(\.self) ?? CollectorResult(.failed(.busy("it"))) }

    /// The state of the first collector as `expected.state` of a fixture has it.
    public var state: String {
        switch result.outcome {
        case .available: result.itemsLost > 0 ? "degraded \(result.itemsLost)" : "ok"
        case .absent(let absence): absence.reason.rawValue
        case .failed(.busy): "timed_out"
        case .failed(let error): error.isPermission ? "no_permission" : "failed"
        }
    }
}

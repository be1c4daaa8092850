// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Pages

/// Makes the page of a finished scrape: the collectors' samples, the state of each, and the agent's own figures.
///
/// One thread composes at a time. `reports` is what is published, guarded by the scraper's lock.
final class PageBuilder {
    private(set) var reports: [CollectorReport?]
    private var parts: PageParts

    init(
        collectors: [any AnyCollector], agent: AgentFacts?,
        onChange: @escaping @Sendable (CollectorReport, CollectorState?) -> Void
    ) {
        reports = Array(repeating: nil, count: collectors.count)
        parts = PageParts(
            collectors: collectors, names: collectors.map(\.descriptor.name),
            labels: collectors.map { collector in KeptLabels { $0.add("collector", collector.descriptor.name) } },
            stateLabels: collectors.map { _ in KeptLabels { _ in } },
            absentIsSuccess: collectors.map(\.descriptor.absentIsSuccess), agent: agent.map(AgentLabels.init),
            onChange: onChange, states: Array(repeating: nil, count: collectors.count),
            fallbacks: Array(repeating: nil, count: collectors.count), composed: reports)
    }

    /// The page in each format that is waited for (text, OpenMetrics); the other one is empty.
    func compose(_ scrape: Scrape) -> [[UInt8]] {
        parts.compose(scrape)
    }

    /// Publishes the states on the page that was just composed.
    func publish() {
        guard parts.hasNews else { return }
        parts.hasNews = false
        reports = parts.composed
    }
}

/// All that a page is made with, in one piece, so that a scrape reaches for it once.
private struct PageParts: ~Copyable {
    let collectors: [any AnyCollector]
    let names: [String]
    /// The label `collector` of each collector, and with it the label `state` for its last state.
    let labels: [KeptLabels]
    var stateLabels: [KeptLabels]
    let absentIsSuccess: [Bool]
    let agent: AgentLabels?
    let onChange: @Sendable (CollectorReport, CollectorState?) -> Void
    let process = ProcessReader()
    var composer = PageComposer()
    var writer = MetricWriter<AgentMetric>()
    var states: [CollectorState?]
    /// Which other way each collector went, where it did.
    var fallbacks: [String?]
    var composed: [CollectorReport?]
    /// True while `composed` has what is not published yet.
    var hasNews = false
    /// Of the last finished scrape: seconds, samples, bytes.
    var last: (seconds: Double, samples: Int, bytes: Int)?

    mutating func compose(_ scrape: Scrape) -> [[UInt8]] {
        composer.reset()
        writer.reset()
        let now = Clock.monotonicNanoseconds()
        for index in scrape.collectors { add(index, of: scrape, now) }
        writeAgent()
        composer.add(writer)
        var pages: [[UInt8]] = [[], []]
        var bytes = 0
        for (format, kind) in [PageFormat.text, .openMetrics].enumerated()
        where scrape.waiters.contains(where: { $0.format == format }) {
            pages[format] = composer.page(kind)
            bytes = pages[format].count
        }
        let total = Clock.monotonicNanoseconds() &- scrape.startedNanoseconds
        last = (Double(total) / 1e9, composer.sampleCount, bytes)
        return pages
    }

    /// Adds a collector's samples, where they are to be shown, and how it did.
    private mutating func add(_ index: Int, of scrape: Scrape, _ now: UInt64) {
        let known = scrape.finished[index] ? collectors[index].result(in: scrape.number, into: &composer) : nil
        // One that did not come back is left alone; it has taken at least as long as the scrape.
        let result = known ?? CollectorResult(durationNanoseconds: now &- scrape.startedNanoseconds)
        let isFinished = known != nil
        let state = isFinished ? CollectorState(result.outcome, itemsLost: result.itemsLost) : .timedOut
        if states[index] != state || (isFinished && fallbacks[index] != result.fallback) {
            fallbacks[index] = result.fallback
            note(state, of: index, isFinished ? result : nil)
        }

        let labels = writer.labels(self.labels[index])
        writer.write(AgentMetric.collectorDuration, labels, SampleValue.decimal(result.durationNanoseconds, scale: 9))
        let isSuccess = state.isGood || (state.isAbsence && absentIsSuccess[index])
        writer.write(AgentMetric.collectorSuccess, labels, isSuccess)
        writer.write(AgentMetric.collectorState, writer.labels(stateLabels[index]), 1)
        if isFinished {
            writer.write(AgentMetric.collectorItemsLost, labels, result.itemsLost)
        }
    }

    /// Takes down a state that is not the last one: a description costs text, so it is not made at every scrape.
    private mutating func note(_ state: CollectorState, of index: Int, _ result: CollectorResult?) {
        let report = CollectorReport(
            name: names[index], isDefault: collectors[index].descriptor.isDefault, state: state,
            reason: Self.reason(result, state))
        let before = states[index]
        states[index] = state
        composed[index] = report
        let name = names[index]
        stateLabels[index] = KeptLabels {
            $0.add("collector", name)
            $0.add("state", state.name)
        }
        hasNews = true
        onChange(report, before)
    }

    private static func reason(_ result: CollectorResult?, _ state: CollectorState) -> String {
        guard let result else { return "did not come back in time" }
        switch result.outcome {
        case .available: return (state == .degraded ? result.firstLoss : result.fallback) ?? ""
        case .absent(let absence): return absence.detail
        case .failed(let error): return error.description
        }
    }

    private mutating func writeAgent() {
        guard let agent else { return }
        writer.write(AgentMetric.nodeExporterBuildInfo, writer.labels(agent.peer), 1)
        guard let own = agent.own else { return }
        if let last {
            writer.write(AgentMetric.scrapeDuration, last.seconds)
            writer.write(AgentMetric.scrapeSamples, last.samples)
            writer.write(AgentMetric.scrapeBytes, last.bytes)
        }
        writer.write(AgentMetric.buildInfo, writer.labels(own), 1)
        process.write(to: &writer)
    }
}

/// What the agent says of itself, as labels.
private struct AgentLabels {
    /// nil where nothing is to be shown of the agent itself.
    let own: KeptLabels?
    /// In node_exporter's words.
    let peer: KeptLabels

    init(_ agent: AgentFacts) {
        own =
            agent.showsAgent
            ? KeptLabels {
                $0.add("version", agent.version)
                $0.add("revision", agent.revision)
                $0.add("swift_version", agent.swiftVersion)
            } : nil
        peer = KeptLabels {
            $0.add("branch", "host-exporter")
            $0.add("goarch", Self.architecture)
            $0.add("goos", "linux")
            $0.add("goversion", agent.swiftVersion)
            $0.add("revision", agent.revision)
            $0.add("tags", "")
            $0.add("version", agent.compatibleVersion)
        }
    }

    private static var architecture: StaticString {
        #if arch(arm64)
            "arm64"
        #else
            "amd64"
        #endif
    }
}

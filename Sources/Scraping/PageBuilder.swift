// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition

/// Makes the page of a finished scrape: the collectors' samples, the verdicts on them, and the agent's own figures.
///
/// One thread composes at a time. `reports` is the published state, guarded by the scraper's gate.
final class PageBuilder {
    private(set) var reports: [CollectorReport?]

    private let slots: [any CollectorSlot]
    private let agent: AgentFacts?
    private let onChange: @Sendable (CollectorReport, CollectorVerdict?) -> Void
    private let process = ProcessReader()
    private var composer = PageComposer()
    private var writer = MetricWriter(families: AgentMetric.families)
    private var composed: [CollectorReport?]
    /// Of the last finished scrape: seconds, samples, bytes.
    private var last: (seconds: Double, samples: Int, bytes: Int)?

    init(
        slots: [any CollectorSlot], agent: AgentFacts?,
        onChange: @escaping @Sendable (CollectorReport, CollectorVerdict?) -> Void
    ) {
        self.slots = slots
        self.agent = agent
        self.onChange = onChange
        reports = Array(repeating: nil, count: slots.count)
        composed = reports
    }

    /// The page in each format that is waited for (text, OpenMetrics); the other one is empty.
    func compose(_ job: ScrapeJob) -> [[UInt8]] {
        composer.reset()
        writer.reset()
        let elapsed = Clock.monotonicNanoseconds() &- job.startedNanoseconds
        for index in job.slots {
            let verdict = judge(index, isFinished: job.finished[index])
            write(verdict, of: slots[index], isFinished: job.finished[index], elapsedNanoseconds: elapsed)
            if job.finished[index], verdict.isGood { slots[index].addSamples(to: &composer) }
        }
        writeAgent()
        composer.add(writer)
        var pages: [[UInt8]] = [[], []]
        var bytes = 0
        for (format, kind) in [PageFormat.text, .openMetrics].enumerated()
        where job.waiters.contains(where: { $0.format == format }) {
            pages[format] = composer.page(kind)
            bytes = pages[format].count
        }
        let total = Clock.monotonicNanoseconds() &- job.startedNanoseconds
        last = (Double(total) / 1e9, composer.sampleCount, bytes)
        return pages
    }

    /// Publishes the verdicts of the page that was just composed.
    func settle() {
        reports = composed
    }

    private func judge(_ index: Int, isFinished: Bool) -> CollectorVerdict {
        let slot = slots[index]
        let before = composed[index]
        var verdict = CollectorVerdict.timedOut
        if isFinished { verdict = CollectorVerdict(slot.outcome, itemsLost: slot.itemsLost.count) }
        guard before?.verdict != verdict else { return verdict }
        // A description costs text: it is made when the verdict changes, not at every scrape.
        let report = CollectorReport(
            name: slot.descriptor.name, verdict: verdict, reason: Self.reason(slot, verdict, isFinished: isFinished))
        composed[index] = report
        onChange(report, before?.verdict)
        return verdict
    }

    private static func reason(_ slot: any CollectorSlot, _ verdict: CollectorVerdict, isFinished: Bool) -> String {
        guard isFinished else { return "did not come back in time" }
        switch slot.outcome {
        case .available: return verdict == .degraded ? slot.itemsLost.first ?? "" : ""
        case .absent(let absence): return absence.detail
        case .failed(let error): return error.description
        }
    }

    private func write(
        _ verdict: CollectorVerdict, of slot: any CollectorSlot, isFinished: Bool, elapsedNanoseconds: UInt64
    ) {
        let name = slot.descriptor.name
        let labels = writer.labels("collector", name)
        // One that did not come back has taken at least as long as the scrape.
        let duration = isFinished ? slot.durationNanoseconds : elapsedNanoseconds
        writer.write(AgentMetric.collectorDuration, labels, SampleValue.decimal(duration, scale: 9))
        let isSuccess = verdict.isGood || (verdict.isAbsence && slot.descriptor.absentIsSuccess)
        writer.write(AgentMetric.collectorSuccess, labels, isSuccess)
        let state = writer.labels(labels) { $0.add("state", verdict.rawValue) }
        writer.write(AgentMetric.collectorState, state, 1)
        if isFinished { writer.write(AgentMetric.collectorItemsLost, labels, slot.itemsLost.count) }
    }

    private func writeAgent() {
        guard let agent else { return }
        if let last {
            writer.write(AgentMetric.scrapeDuration, last.seconds)
            writer.write(AgentMetric.scrapeSamples, last.samples)
            writer.write(AgentMetric.scrapeBytes, last.bytes)
        }
        let own = writer.labels {
            $0.add("version", agent.version)
            $0.add("revision", agent.revision)
            $0.add("swift_version", agent.swiftVersion)
        }
        writer.write(AgentMetric.buildInfo, own, 1)
        let peer = writer.labels {
            $0.add("branch", "host-exporter")
            $0.add("goarch", Self.architecture)
            $0.add("goos", "linux")
            $0.add("goversion", agent.swiftVersion)
            $0.add("revision", agent.revision)
            $0.add("tags", "")
            $0.add("version", agent.compatibleVersion)
        }
        writer.write(AgentMetric.nodeExporterBuildInfo, peer, 1)
        process.write(to: &writer)
    }

    private static var architecture: StaticString {
        #if arch(arm64)
            "arm64"
        #else
            "amd64"
        #endif
    }
}

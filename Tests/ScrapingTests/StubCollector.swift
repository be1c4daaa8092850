// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// A collector made of a closure.
///
/// `CollectorRunner`, the real thing, takes its descriptor from a type.
final class StubCollector: AnyCollector {
    typealias Body =
        @Sendable (inout KernelFileReader, inout MetricWriter<NoMetrics>) throws(CollectorError) -> Availability

    private struct State: ~Copyable {
        var writer = MetricWriter.ofTextFile()
        var result = CollectorResult()
    }

    let descriptor: CollectorDescriptor
    let laneSources: [any LaneSource]
    private let state = Guarded(State())
    private let body: Body

    init(
        _ name: String, sources: [any LaneSource] = [], lane: CollectorLane = .kernel, absentIsSuccess: Bool = false,
        body: @escaping Body
    ) {
        descriptor = CollectorDescriptor(
            name: name, group: .system, help: "A stub.", reads: [], lane: lane, absentIsSuccess: absentIsSuccess)
        laneSources = sources
        self.body = body
    }

    /// One that writes `stub_<name> 1`.
    static func good(_ name: String) -> StubCollector {
        StubCollector(name) { _, writer in
            writer.write(sample: "stub_\(name)", 1)
            return .available
        }
    }

    /// One that hangs in a blocker and writes `stub_<name> 1` when it comes back.
    static func hanging(_ name: String, in blocker: Blocker) -> StubCollector {
        StubCollector(name) { _, writer in
            blocker.pass()
            writer.write(sample: "stub_\(name)", 1)
            return .available
        }
    }

    /// One that hangs in a blocker and writes how often it ran.
    static func counted(_ name: String, in blocker: Blocker) -> StubCollector {
        StubCollector(name) { _, writer in
            blocker.pass()
            writer.write(sample: "stub_\(name)", blocker.entries)
            return .available
        }
    }

    /// One that shows the items of a source as `stub_<name>{item="..."}` and loses those that did not answer.
    static func showing(_ source: StubSource, as name: String) -> StubCollector {
        StubCollector(name, sources: [source]) { reader, writer throws(CollectorError) in
            guard source.isListed(in: reader.scrape) else { throw .busy("the list of \(source.lane)") }
            for stub in source.stubs {
                if let value = stub.item.withResult(of: reader.scrape, { $0.value }) {
                    writer.write(sample: "stub_\(name)", item: stub.item.name, value)
                } else {
                    writer.loseItem("\(stub.item.name) did not answer in time")
                }
            }
            return .available
        }
    }

    func collect(from reader: inout KernelFileReader) -> Bool {
        let isDone: Void? = state.update(in: reader.scrape) { state in
            let start = Clock.monotonicNanoseconds()
            state.writer.reset()
            var outcome = CollectorOutcome.available
            do throws(CollectorError) {
                switch try body(&reader, &state.writer) {
                case .available: outcome = .available
                case .absent(let absence): outcome = .absent(absence)
                }
            } catch {
                outcome = .failed(error)
            }
            state.result = CollectorResult(
                outcome, durationNanoseconds: Clock.monotonicNanoseconds() &- start, itemsLost: state.writer.itemsLost)
        }
        return isDone != nil
    }

    func result(in scrape: UInt64, into composer: inout PageComposer) -> CollectorResult? {
        state.withResult(of: scrape) { state in
            if state.result.outcome == .available { composer.add(state.writer) }
            return state.result
        }
    }
}

extension MetricWriter where Key == NoMetrics {
    mutating func write(sample name: String, item: String? = nil, _ value: Int) {
        let family = family(.gauge(name, item == nil ? [] : ["item"], "A stub's."))
        write(family, labels { labels in if let item { labels.add("item", item) } }, value)
    }
}

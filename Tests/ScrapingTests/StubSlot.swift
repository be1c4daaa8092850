// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// A collector made of a closure.
///
/// `Slot`, the real thing, takes its descriptor from a type.
final class StubSlot: CollectorSlot, @unchecked Sendable {
    typealias Body =
        @Sendable (inout KernelFileReader, inout MetricWriter<NoMetrics>) throws(CollectorError) -> Availability

    // Everything mutable is used only by who holds `state`.
    let descriptor: CollectorDescriptor
    let state = ItemState()
    let itemSources: [any ItemSource]
    private(set) var result = CollectorResult()
    private var writer = MetricWriter.ofTextFile()
    private let body: Body

    init(_ name: String, sources: [any ItemSource] = [], absentIsSuccess: Bool = false, body: @escaping Body) {
        descriptor = CollectorDescriptor(
            name: name, group: .system, help: "A stub.", reads: [], absentIsSuccess: absentIsSuccess)
        itemSources = sources
        self.body = body
    }

    /// One that writes `stub_<name> 1`.
    static func good(_ name: String) -> StubSlot {
        StubSlot(name) { _, writer in
            writer.write(sample: "stub_\(name)", 1)
            return .available
        }
    }

    /// One that hangs in a blocker and writes `stub_<name> 1` when it comes back.
    static func hanging(_ name: String, in blocker: Blocker) -> StubSlot {
        StubSlot(name) { _, writer in
            blocker.pass()
            writer.write(sample: "stub_\(name)", 1)
            return .available
        }
    }

    /// One that hangs in a blocker and writes how often it ran.
    static func counted(_ name: String, in blocker: Blocker) -> StubSlot {
        StubSlot(name) { _, writer in
            blocker.pass()
            writer.write(sample: "stub_\(name)", blocker.entries)
            return .available
        }
    }

    /// One that shows the items of a source as `stub_<name>{item="..."}` and loses those that did not answer.
    static func showing(_ source: StubSource, as name: String) -> StubSlot {
        StubSlot(name, sources: [source]) { reader, writer throws(CollectorError) in
            guard source.discovery.beginLooking(in: reader.scrape) else {
                throw .busy("the list of \(source.laneName)")
            }
            defer { source.discovery.endLooking() }
            for item in source.stubs {
                guard item.state.beginLooking(in: reader.scrape) else {
                    writer.loseItem("\(item.key) did not answer in time")
                    continue
                }
                writer.write(sample: "stub_\(name)", item: item.key, item.value)
                item.state.endLooking()
            }
            return .available
        }
    }

    var firstLoss: String? { writer.firstLoss }
    var fault: String? { writer.fault }

    func collect(from reader: inout KernelFileReader) {
        let start = Clock.monotonicNanoseconds()
        writer.reset()
        var outcome = CollectorOutcome.available
        do throws(CollectorError) {
            switch try body(&reader, &writer) {
            case .available: outcome = .available
            case .absent(let absence): outcome = .absent(absence)
            }
        } catch {
            outcome = .failed(error)
        }
        result = CollectorResult(
            outcome, durationNanoseconds: Clock.monotonicNanoseconds() &- start, itemsLost: writer.itemsLost)
    }

    func addSamples(to composer: inout PageComposer) {
        composer.add(writer)
    }
}

extension MetricWriter where Key == NoMetrics {
    mutating func write(sample name: String, item: String? = nil, _ value: Int) {
        let family = family(.gauge(name, item == nil ? [] : ["item"], "A stub's."))
        write(family, labels { labels in if let item { labels.add("item", item) } }, value)
    }
}

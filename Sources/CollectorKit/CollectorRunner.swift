// SPDX-License-Identifier: Apache-2.0

public import Exposition
public import KernelFiles

/// What came of a collector in one scrape.
public enum CollectorOutcome: Sendable, Equatable {
    /// Read and written.
    case available
    /// Nothing to read here.
    case absent(Absence)
    /// Broken; nothing of it is shown.
    case failed(CollectorError)
}

/// What came of a collector in one scrape, in figures.
public struct CollectorResult: Sendable {
    /// Whether it has anything, and why not.
    public internal(set) var outcome = CollectorOutcome.available
    /// Wall time that it took.
    public internal(set) var durationNanoseconds: UInt64 = 0
    /// Items (lines, files, devices) that could not be read.
    public internal(set) var itemsLost = 0
    /// What was said of the first of them.
    public internal(set) var firstLoss: String?
    /// Which other way it went where the usual one is closed here; nil for the usual one.
    public internal(set) var fallback: String?
    /// The first mistake of the collector itself; nil in a collector that works.
    public internal(set) var fault: String?

    /// A result.
    public init(_ outcome: CollectorOutcome = .available, durationNanoseconds: UInt64 = 0, itemsLost: Int = 0) {
        self.outcome = outcome
        self.durationNanoseconds = durationNanoseconds
        self.itemsLost = itemsLost
    }
}

/// A collector with its writer, whatever its type, as the scraper sees it.
public protocol AnyCollector: AnyObject, Sendable {
    /// Everything that users read about the collector.
    var descriptor: CollectorDescriptor { get }
    /// The sources with lanes that must have answered before it runs, those that they need included.
    var laneSources: [any LaneSource] { get }

    /// Runs the collector and keeps samples, outcome and duration; false where a thread of an earlier scrape is still in
    /// it.
    func collect(from reader: inout KernelFileReader) -> Bool

    /// What came of it in a scrape, and its samples for the page where it has any; nil where it did not run in that
    /// scrape or has not come back.
    ///
    /// It must not run again before the page is written.
    func result(in scrape: UInt64, into composer: inout PageComposer) -> CollectorResult?
}

/// The runner of one type of collector.
public final class CollectorRunner<C: Collector & ~Copyable>: AnyCollector {
    /// A collector with its writer and its last result.
    ///
    /// The collector comes last, so that the others stand at the same places whatever its size.
    private struct Running: ~Copyable {
        var result = CollectorResult()
        var writer: MetricWriter<C.Metric>
        var collector: C

        mutating func collect(from reader: inout KernelFileReader) {
            let start = Clock.monotonicNanoseconds()
            writer.reset()
            do throws(CollectorError) {
                result.outcome = Self.outcome(try collector.collect(from: &reader, into: &writer), writer)
            } catch {
                result.outcome = .failed(error)
            }
            result.fault = writer.fault
            // Of what threw half-way, or found nothing, nothing is shown.
            if result.outcome != .available { writer.reset() }
            result.itemsLost = writer.itemsLost
            result.firstLoss = writer.firstLoss
            result.fallback = writer.fallback
            result.durationNanoseconds = Clock.monotonicNanoseconds() &- start
        }

        /// What came of a collection that did not throw.
        ///
        /// One that lost something and has nothing to show has failed, whatever the collector calls it: what could not be
        /// read may have been all that there is.
        private static func outcome(
            _ availability: Availability, _ writer: borrowing MetricWriter<C.Metric>
        ) -> CollectorOutcome {
            if writer.itemsLost > 0, writer.sampleCount == 0 {
                return .failed(
                    .nothingLeft(
                        firstLoss: writer.firstLoss ?? "", isPermission: writer.itemsRefused == writer.itemsLost))
            }
            switch availability {
            case .available: return .available
            case .absent(let absence): return .absent(absence)
            }
        }
    }

    /// The collector's own descriptor.
    public let descriptor: CollectorDescriptor
    /// The sources with lanes that it uses, directly and through other sources.
    public let laneSources: [any LaneSource]
    private let running: Guarded<Running>

    /// Makes the collector.
    public init(_ type: C.Type, context: CollectorContext) throws(ConfigurationError) {
        descriptor = .complete(C.self)
        let limited = context.limited(to: descriptor.sources, of: "the collector \(descriptor.name)")
        running = Guarded(
            Running(
                writer: MetricWriter(openFamilies: C.descriptor.openFamilies), collector: try C(context: limited)))
        var found: [any LaneSource] = []
        var open = descriptor.sources
        while let type = open.popLast() {
            open += type.needs
            guard let source = context.sources.made(type) as? any LaneSource,
                !found.contains(where: { $0 === source })
            else { continue }
            found.append(source)
        }
        laneSources = found
    }

    /// Runs the collector and keeps what came of it.
    public func collect(from reader: inout KernelFileReader) -> Bool {
        let scrape = reader.scrape
        return running.update(in: scrape) { $0.collect(from: &reader) } != nil
    }

    /// What came of it in a scrape, and its samples.
    public func result(in scrape: UInt64, into composer: inout PageComposer) -> CollectorResult? {
        running.withResult(of: scrape) { running in
            if running.result.outcome == .available { composer.add(running.writer) }
            return running.result
        }
    }
}

/// A line of the registry: a collector's descriptor and how to make it.
public struct CollectorEntry: Sendable {
    /// Everything that users read about the collector.
    public let descriptor: CollectorDescriptor
    /// Makes the collector with its runner.
    public let make: @Sendable (CollectorContext) throws(ConfigurationError) -> any AnyCollector

    /// The entry of a type of collector.
    public init<C: Collector & ~Copyable>(_ type: C.Type) {
        descriptor = .complete(C.self)
        make = { context throws(ConfigurationError) in try CollectorRunner<C>(C.self, context: context) }
    }
}

extension CollectorDescriptor {
    /// The descriptor of a type of collector with the families that it writes by key.
    static func complete<C: Collector & ~Copyable>(_ type: C.Type) -> CollectorDescriptor {
        var descriptor = C.descriptor
        descriptor.families = C.Metric.families
        return descriptor
    }
}

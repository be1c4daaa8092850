// SPDX-License-Identifier: Apache-2.0

public import Exposition
import Glibc
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

/// A place on the scraper's list: one collector with its writer, whatever the collector's type.
///
/// One virtual call per scrape.
public protocol CollectorSlot: AnyObject, Sendable {
    /// Everything that users read about the collector.
    var descriptor: CollectorDescriptor { get }
    /// Who is at it. Whoever calls `collect` or `addSamples` holds it.
    var state: ItemState { get }
    /// The sources with lanes of their own that must have answered before it runs.
    var itemSources: [any ItemSource] { get }
    /// What came of the last `collect`.
    var outcome: CollectorOutcome { get }
    /// How long the last `collect` took.
    var durationNanoseconds: UInt64 { get }
    /// Items that the last `collect` lost, with what was said of the first.
    var itemsLost: (count: Int, first: String?) { get }

    /// Runs the collector; keeps samples, outcome and duration.
    func collect(from reader: inout KernelFileReader)
    /// Adds the samples of the last `collect` to a page.
    func addSamples(to composer: inout PageComposer)
}

/// The slot of one type of collector.
public final class Slot<C: Collector & ~Copyable>: CollectorSlot, @unchecked Sendable {
    // Everything mutable is used only by who holds `state`.

    /// The collector's own descriptor.
    public let descriptor: CollectorDescriptor
    /// Who is at it.
    public let state = ItemState()
    /// Those that the collector asked for while it was made.
    public let itemSources: [any ItemSource]
    /// What came of the last `collect`.
    public private(set) var outcome = CollectorOutcome.available
    /// Wall time of the last `collect`.
    public private(set) var durationNanoseconds: UInt64 = 0

    private var collector: C
    private var writer: MetricWriter

    /// Makes the collector.
    public init(_ type: C.Type, context: CollectorContext) throws(ConfigurationError) {
        _ = context.sources.takeUsed()
        collector = try C(context: context)
        itemSources = context.sources.takeUsed().compactMap { $0 as? any ItemSource }
        descriptor = C.descriptor
        writer = MetricWriter(families: C.Metric.families)
    }

    /// Items that the last `collect` lost, with what was said of the first.
    public var itemsLost: (count: Int, first: String?) { (writer.itemsLost, writer.firstLoss) }

    /// Runs the collector and keeps what came of it.
    public func collect(from reader: inout KernelFileReader) {
        let start = Clock.monotonicNanoseconds()
        writer.reset()
        do throws(CollectorError) {
            switch try collector.collect(from: &reader, into: &writer) {
            case .available:
                outcome = .available
            case .absent(let absence):
                writer.reset()
                outcome = .absent(absence)
            }
        } catch {
            writer.reset()
            outcome = .failed(error)
        }
        durationNanoseconds = Clock.monotonicNanoseconds() &- start
    }

    /// Adds the samples of the last `collect` to a page.
    public func addSamples(to composer: inout PageComposer) {
        composer.add(writer)
    }
}

/// The monotonic clock.
public enum Clock {
    /// Nanoseconds of CLOCK_MONOTONIC.
    public static func monotonicNanoseconds() -> UInt64 {
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
    }
}

/// A line of the registry: a collector's descriptor and how to make it.
public struct CollectorEntry: Sendable {
    /// Everything that users read about the collector.
    public let descriptor: CollectorDescriptor
    /// The families that it writes by key, for the check that each has one owner.
    public let make: @Sendable (CollectorContext) throws(ConfigurationError) -> any CollectorSlot

    /// The entry of a type of collector.
    public init<C: Collector & ~Copyable>(_ type: C.Type) {
        descriptor = C.descriptor
        make = { context throws(ConfigurationError) in try Slot<C>(C.self, context: context) }
    }
}

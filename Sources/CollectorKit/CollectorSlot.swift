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

/// What came of a collector in one scrape, in figures.
public struct CollectorResult: Sendable {
    /// Whether it has anything, and why not.
    public internal(set) var outcome = CollectorOutcome.available
    /// Wall time that it took.
    public internal(set) var durationNanoseconds: UInt64 = 0
    /// Items (lines, files, devices) that could not be read.
    public internal(set) var itemsLost = 0

    /// A result.
    public init(_ outcome: CollectorOutcome = .available, durationNanoseconds: UInt64 = 0, itemsLost: Int = 0) {
        self.outcome = outcome
        self.durationNanoseconds = durationNanoseconds
        self.itemsLost = itemsLost
    }
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
    var result: CollectorResult { get }
    /// What the last `collect` said of the first item that it lost.
    var firstLoss: String? { get }
    /// The first mistake of the collector in the last `collect`; nil in a collector that works.
    var fault: String? { get }

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
    private let kept: Kept<C.Metric>
    // Last, so that what is in front of it stands at the same place whatever the type of collector.
    private var collector: C

    /// Makes the collector.
    public init(_ type: C.Type, context: CollectorContext) throws(ConfigurationError) {
        _ = context.sources.takeUsed()
        collector = try C(context: context)
        itemSources = context.sources.takeUsed().compactMap { $0 as? any ItemSource }
        descriptor = .complete(C.self)
        kept = Kept(openFamilies: C.descriptor.openFamilies)
    }

    /// What came of the last `collect`.
    public var result: CollectorResult { kept.parts.result }

    /// What the last `collect` said of the first item that it lost.
    public var firstLoss: String? { kept.parts.writer.firstLoss }

    /// The first mistake of the collector in the last `collect`.
    public var fault: String? { kept.parts.writer.fault }

    /// Runs the collector and keeps what came of it.
    public func collect(from reader: inout KernelFileReader) {
        kept.parts.collect { (writer) throws(CollectorError) in try collector.collect(from: &reader, into: &writer) }
    }

    /// Adds the samples of the last `collect` to a page.
    public func addSamples(to composer: inout PageComposer) {
        kept.add(to: &composer)
    }
}

/// What a slot keeps of its collector's last run, whatever the collector's type.
private final class Kept<Key: FamilyKey> {
    struct Parts: ~Copyable {
        var writer: MetricWriter<Key>
        var result = CollectorResult()

        mutating func collect(_ run: (inout MetricWriter<Key>) throws(CollectorError) -> Availability) {
            let start = Clock.monotonicNanoseconds()
            writer.reset()
            do throws(CollectorError) {
                switch try run(&writer) {
                case .available:
                    result.outcome = .available
                case .absent(let absence):
                    writer.reset()
                    result.outcome = .absent(absence)
                }
            } catch {
                writer.reset()
                result.outcome = .failed(error)
            }
            result.itemsLost = writer.itemsLost
            result.durationNanoseconds = Clock.monotonicNanoseconds() &- start
        }
    }

    var parts: Parts

    init(openFamilies: [MetricFamily]) {
        parts = Parts(writer: MetricWriter(openFamilies: openFamilies))
    }

    func add(to composer: inout PageComposer) {
        composer.add(parts.writer)
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
        descriptor = .complete(C.self)
        make = { context throws(ConfigurationError) in try Slot<C>(C.self, context: context) }
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

// SPDX-License-Identifier: Apache-2.0

public import Exposition
public import KernelFiles

/// One source of metrics: a value that owns its state and handles, without locks, tasks or `async`.
///
/// A collector is used by one thread at a time. It reads kernel files through the reader, whose views are good until
/// `collect` returns, and writes samples in any order; the writer keeps families together and drops repeated series.
/// What one failing item (a disk, a line, a file) costs is that item: `writer.loseItem` counts it and the collector
/// is then `degraded`. A throw means that nothing of this scrape is shown.
public protocol Collector: ~Copyable, SendableMetatype {
    /// Its families; `NoMetrics` where all are named while collecting.
    associatedtype Metric: FamilyKey
    /// The writer that takes them.
    typealias Writer = MetricWriter<Metric>

    /// Everything that users read about it.
    static var descriptor: CollectorDescriptor { get }

    /// Checks the options. Never fails because hardware is missing.
    init(context: CollectorContext) throws(ConfigurationError)

    /// Reads and writes one scrape's samples.
    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>
    ) throws(CollectorError) -> Availability
}

extension LabelText {
    /// Adds a label whose value is bytes of a kernel file.
    public mutating func add(_ name: StaticString, _ value: Bytes) {
        unsafe add(name, value.unsafeBuffer)
    }
}

extension MetricWriter {
    /// A label set of one label.
    public mutating func labels(_ name: StaticString, _ value: Bytes) -> Labels {
        labels { $0.add(name, value) }
    }

    /// A label set of one label.
    public mutating func labels(_ name: StaticString, _ value: String) -> Labels {
        labels { $0.add(name, value) }
    }

    /// The family of a name that is known only now.
    public mutating func family(named name: Bytes, make: () -> MetricFamily) -> NamedFamily {
        unsafe family(named: name.unsafeBuffer, make: make)
    }
}

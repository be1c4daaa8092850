// SPDX-License-Identifier: Apache-2.0

public import Exposition
public import KernelFiles

/// A collector of the devices of one class of sysfs, and of nothing else.
///
/// Its type has the descriptor, which names `ClassDirectory<Device>` among its sources, and the property `devices`.
public protocol ClassCollector: Collector where Metric == Device.Metric {
    /// A device of the class.
    associatedtype Device: ClassDevice

    /// All devices of the class.
    var devices: ClassDirectory<Device> { get }

    /// A collector of these devices.
    init(devices: ClassDirectory<Device>)
}

extension ClassCollector {
    /// A collector of all devices of the class.
    public init(context: CollectorContext) throws(ConfigurationError) {
        self.init(devices: try context.source(ClassDirectory<Device>.self))
    }

    /// Takes over what the devices' reads gave in this scrape.
    public mutating func collect(
        from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>
    ) throws(CollectorError) -> Availability {
        try devices.collect(in: reader.scrape, into: &writer)
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// What the drivers of network interfaces say: about themselves, the modes of their links, and their own counters.
///
/// Source: /sys/class/net for the interfaces, `SIOCETHTOOL` for the rest, include/uapi/linux/ethtool.h. Drivers are asked
/// in the running kernel's network namespace of this process, whatever --path.sysfs is.
struct EthtoolCollector: Collector {
    typealias Metric = EthtoolMetric

    static let deviceInclude = Flag.pattern(
        "collector.ethtool.device-include", help: "Interfaces to show, all others not.")
    static let deviceExclude = Flag.pattern("collector.ethtool.device-exclude", help: "Interfaces not to show.")
    static let metricsInclude = Flag.pattern(
        "collector.ethtool.metrics-include", default: ".*",
        help: "Drivers' counters to show, by their names with an underscore for what is no letter or digit.")

    static let descriptor = CollectorDescriptor(
        name: "ethtool", group: .network, isDefault: false,
        help: "Drivers of network interfaces, modes of links and drivers' own counters.",
        reads: ["/sys/class/net", "ioctl SIOCETHTOOL of each interface"],
        sources: [ClassDirectory<EthtoolDevice>.self],
        flags: [
            deviceInclude,
            deviceExclude,
            metricsInclude,
        ],
        openFamilies: EthtoolDevice.openFamilies)

    private let devices: ClassDirectory<EthtoolDevice>

    init(context: CollectorContext) throws(ConfigurationError) {
        devices = try context.source(ClassDirectory<EthtoolDevice>.self)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        try devices.collect(in: reader.scrape, into: &writer)
    }
}

/// A network interface whose driver is asked.
struct EthtoolDevice: ~Copyable, ClassDevice {
    typealias Metric = EthtoolMetric

    static let className = "net"
    static let noun = "network interface"
    static let openFamilies = [
        EthtoolStatistics.family("<statistic>")
    ]

    private let name: String
    private var reading: EthtoolReading

    init?(name: String, folder: String, context: CollectorContext) throws(ConfigurationError) {
        let options = context.options
        let filter = try DeviceFilter(
            options, include: EthtoolCollector.deviceInclude, exclude: EthtoolCollector.deviceExclude)
        let metrics = try options.pattern(EthtoolCollector.metricsInclude)
        // A file of the bonding driver lies among the folders.
        if name == "bonding_masters" || filter.ignores(name) { return nil }
        self.name = name
        reading = EthtoolReading(metrics: metrics)
    }

    mutating func read(from reader: inout KernelFileReader, into writer: inout MetricWriter<EthtoolMetric>) {
        let socket = EthtoolSocket()
        let name = name
        reading.read(name, into: &writer) { socket.ask(name, &$0) }
    }
}

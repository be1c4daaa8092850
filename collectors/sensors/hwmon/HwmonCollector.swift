// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Sensors of hardware monitoring chips.
///
/// Source: /sys/class/hwmon, kernel Documentation/hwmon/sysfs-interface.rst.
struct HwmonCollector: Collector {
    enum Metric: Int, FamilyKey {
        case chipNames, sensorLabel

        var family: MetricFamily {
            switch self {
            case .chipNames:
                .gauge(
                    "node_hwmon_chip_names", ["chip", "chip_name"], "1 for each chip, with its driver's name for it.")
            case .sensorLabel:
                .gauge(
                    "node_hwmon_sensor_label", ["chip", "label", "sensor"],
                    "1 for each sensor that has a label, with that label.")
            }
        }
    }

    static let sensorInclude = Flag.pattern(
        "collector.hwmon.sensor-include",
        help: "Sensors to show, as a regular expression of chip;sensor; not together with sensor-exclude.")
    static let sensorExclude = Flag.pattern(
        "collector.hwmon.sensor-exclude", help: "Sensors to leave out, as a regular expression of chip;sensor.")

    static let descriptor = CollectorDescriptor(
        name: "hwmon", group: .sensors,
        help: "Temperatures, fans, voltages, currents and power from hardware monitoring chips.",
        reads: ["/sys/class/hwmon/*"], sources: [HwmonSource.self],
        flags: [
            HwmonFlags.chipInclude,
            HwmonFlags.chipExclude,
            sensorInclude,
            sensorExclude,
        ],
        openFamilies: [
            .gauge(
                "node_hwmon_<kind, property and unit>", ["chip", "sensor"],
                "What one attribute of a sensor says, in base units."),
            .counter(
                "node_hwmon_energy_<property and unit>", ["chip", "sensor"],
                "Energy that a sensor has counted, in joules."),
        ])

    private let source: HwmonSource

    init(context: CollectorContext) throws(ConfigurationError) {
        source = try context.source(HwmonSource.self)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard source.isNeeded else { return .noDevice("\(source.path) is not there") }
        try source.collect(in: reader.scrape, into: &writer)
        return .available
    }
}

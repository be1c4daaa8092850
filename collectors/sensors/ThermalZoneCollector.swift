// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Thermal zones and cooling devices.
///
/// Source: /sys/class/thermal, kernel Documentation/driver-api/thermal/sysfs-api.rst.
struct ThermalZoneCollector: ClassCollector {
    struct Metric: FamilyTable {
        let rawValue: Int

        static let rows = [
            FamilyRow(
                "temp", .dividedBy(1_000),
                .gauge(
                    "node_thermal_zone_temp", ["zone", "type"], "Temperature of the thermal zone in degrees Celsius.")),
            FamilyRow(
                "cur_state",
                .gauge(
                    "node_cooling_device_cur_state", ["name", "type"],
                    "How strongly the cooling device works now, from 0 (not at all) to its maximum state.")),
            FamilyRow(
                "max_state",
                .gauge(
                    "node_cooling_device_max_state", ["name", "type"],
                    "The strongest state that the cooling device has.")),
        ]
    }

    static let descriptor = CollectorDescriptor(
        name: "thermal_zone", group: .sensors, help: "Temperatures of thermal zones and states of cooling devices.",
        reads: ["/sys/class/thermal/thermal_zone*", "/sys/class/thermal/cooling_device*"],
        sources: [ClassDirectory<ThermalDevice>.self], absentIsSuccess: true)

    let devices: ClassDirectory<ThermalDevice>
}

/// A thermal zone or a cooling device, whose driver may ask firmware that does not answer.
struct ThermalDevice: ClassDevice {
    typealias Metric = ThermalZoneCollector.Metric

    static let className = "thermal"
    static let noun = "thermal zone and no cooling device"

    private let isZone: Bool
    /// What follows in its name.
    private let number: String
    private let type: KernelFile
    private let files: [(field: TableField<Metric>, file: KernelFile)]

    init?(name: String, folder: String, context: CollectorContext) {
        isZone = name.hasPrefix("thermal_zone")
        guard isZone || name.hasPrefix("cooling_device") else { return nil }
        number = String(name.dropFirst(isZone ? "thermal_zone".count : "cooling_device".count))
        guard let first = number.utf8.first, first >= 0x30, first <= 0x39 else { return nil }
        type = KernelFile(oneRead: folder + "/type")
        let isZone = isZone
        files = Metric.fields.filter { ($0.name.description == "temp") == isZone }.map {
            ($0, KernelFile(oneRead: "\(folder)/\($0.name)"))
        }
    }

    mutating func read(from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>) {
        // The type is read anew each time: a kept descriptor opens the files of another device that gets the number.
        guard let type = reader.text(of: type, or: &writer) else { return }
        let labels = writer.labels {
            if !isZone { $0.add("name", number) }
            $0.add("type", type)
            if isZone { $0.add("zone", number) }
        }
        // A cooling device whose state cannot be read still has a strongest one.
        for (field, file) in files {
            if let number = reader.number(of: file, or: &writer) { writer.write(field, labels, number) }
        }
    }
}

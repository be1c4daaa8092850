// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Thermal zones and cooling devices.
///
/// Source: /sys/class/thermal, kernel Documentation/driver-api/thermal/sysfs-api.rst.
struct ThermalZoneCollector: Collector {
    enum Metric: Int, FamilyKey {
        case temperature, currentState, maximumState

        var family: MetricFamily {
            switch self {
            case .temperature:
                .gauge(
                    "node_thermal_zone_temp", ["zone", "type"], "Temperature of the thermal zone in degrees Celsius.")
            case .currentState:
                .gauge(
                    "node_cooling_device_cur_state", ["name", "type"],
                    "How strongly the cooling device works now, from 0 (not at all) to its maximum state.")
            case .maximumState:
                .gauge(
                    "node_cooling_device_max_state", ["name", "type"],
                    "The strongest state that the cooling device has.")
            }
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "thermal_zone", group: .sensors, help: "Temperatures of thermal zones and states of cooling devices.",
        reads: ["/sys/class/thermal/thermal_zone*", "/sys/class/thermal/cooling_device*"],
        absentIsSuccess: true)

    private struct Zone {
        let name: String
        let type, temperature: KernelFile
    }

    private struct CoolingDevice {
        let name: String
        let type, maximumState, currentState: KernelFile
    }

    private var directory: WatchedDirectory
    private var zones: [Zone] = []
    private var coolingDevices: [CoolingDevice] = []

    init(context: CollectorContext) {
        directory = WatchedDirectory(context.roots.sys("class/thermal"))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        switch try directory.list(from: &reader) {
        case .missing: return .noDevice("\(directory.path) is not there")
        case .same: break
        case .changed(let names): learn(names)
        }
        guard !zones.isEmpty || !coolingDevices.isEmpty else {
            return .noDevice("no thermal zone and no cooling device in \(directory.path)")
        }
        for zone in zones { collect(zone, from: &reader, into: &writer) }
        for device in coolingDevices { collect(device, from: &reader, into: &writer) }
        return .available
    }

    // Types are read anew each time: a number may go to another device from one scrape to the next, and a kept
    // descriptor then opens that device's files by itself.

    private func collect(_ zone: Zone, from reader: inout KernelFileReader, into writer: inout Writer) {
        guard let type = reader.text(of: zone.type, or: &writer),
            let millidegrees = reader.number(of: zone.temperature, or: &writer)
        else { return }
        let labels = writer.labels {
            $0.add("type", type)
            $0.add("zone", zone.name)
        }
        writer.write(Metric.temperature, labels, Double(millidegrees) / 1_000)
    }

    private func collect(
        _ device: CoolingDevice, from reader: inout KernelFileReader, into writer: inout Writer
    ) {
        guard let type = reader.text(of: device.type, or: &writer),
            let maximum = reader.number(of: device.maximumState, or: &writer),
            let current = reader.number(of: device.currentState, or: &writer)
        else { return }
        let labels = writer.labels {
            $0.add("name", device.name)
            $0.add("type", type)
        }
        writer.write(Metric.currentState, labels, current)
        writer.write(Metric.maximumState, labels, maximum)
    }

    private mutating func learn(_ names: [String]) {
        zones = Self.numbered(names, prefix: "thermal_zone").map { name, number in
            let folder = directory.path + "/" + name
            return Zone(
                name: number, type: KernelFile(oneRead: folder + "/type"),
                temperature: KernelFile(oneRead: folder + "/temp"))
        }
        coolingDevices = Self.numbered(names, prefix: "cooling_device").map { name, number in
            let folder = directory.path + "/" + name
            return CoolingDevice(
                name: number, type: KernelFile(oneRead: folder + "/type"),
                maximumState: KernelFile(oneRead: folder + "/max_state"),
                currentState: KernelFile(oneRead: folder + "/cur_state"))
        }
    }

    private static func numbered(_ names: [String], prefix: String) -> [(name: String, number: String)] {
        names.compactMap { name in
            guard name.hasPrefix(prefix) else { return nil }
            let number = name.dropFirst(prefix.count)
            guard let first = number.utf8.first, first >= 0x30, first <= 0x39 else { return nil }
            return (name, String(number))
        }
    }
}

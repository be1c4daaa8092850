// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles
import LMSensors

/// Hardware monitoring chips as lm-sensors sees them: with the labels, scaling and ignore statements of sensors.conf.
///
/// Source: libsensors.
struct SensorsCollector: Collector {
    typealias Metric = SensorMetric

    static let configFile = Flag.text(
        "collector.sensors.config-file", help: "Configuration to use in place of /etc/sensors3.conf and /etc/sensors.d."
    )

    static let descriptor = CollectorDescriptor(
        name: "sensors", group: .sensors,
        help:
            "Temperatures, fans, voltages, currents, power, energy and humidity with the names that sensors.conf gives.",
        reads: ["libsensors (/sys/class/hwmon)", "/etc/sensors3.conf", "/etc/sensors.d"],
        sources: [SensorsSource.self],
        flags: [
            configFile
        ])

    private let source: SensorsSource

    init(context: CollectorContext) throws(ConfigurationError) {
        source = try context.source(SensorsSource.self)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        if let absence = source.absence { return .noDevice(absence) }
        try source.collect(in: reader.scrape, into: &writer)
        return .available
    }
}

/// The families of the collector `sensors`.
enum SensorMetric: Int, FamilyKey {
    case temperature, fan, voltage, current, power, energy, humidity, limit, alarm

    private static let labels = ["chip", "feature", "label"]

    var family: MetricFamily {
        switch self {
        case .temperature: .gauge("host_sensor_temperature_celsius", Self.labels, "Temperature in Celsius.")
        case .fan: .gauge("host_sensor_fan_rpm", Self.labels, "Speed of a fan in revolutions per minute.")
        case .voltage: .gauge("host_sensor_voltage_volts", Self.labels, "Voltage in volts.")
        case .current: .gauge("host_sensor_current_amperes", Self.labels, "Current in amperes.")
        case .power: .gauge("host_sensor_power_watts", Self.labels, "Power in watts.")
        case .energy:
            .counter(
                "host_sensor_energy_joules_total", Self.labels, "Energy used since the driver was loaded, in joules.")
        case .humidity: .gauge("host_sensor_humidity_ratio", Self.labels, "Relative humidity, 0 to 1.")
        case .limit:
            .gauge(
                "host_sensor_limit", Self.labels + ["kind", "limit"],
                "A limit of a sensor, in the unit of what it measures (kind).")
        case .alarm:
            .gauge(
                "host_sensor_alarm", Self.labels, "1 while a sensor raises an alarm or says that it is broken, else 0.")
        }
    }

    /// The family of what a kind of sensor measures; intrusion has no reading.
    init?(_ kind: SensorKind) {
        switch kind {
        case .temperature: self = .temperature
        case .fan: self = .fan
        case .voltage: self = .voltage
        case .current: self = .current
        case .power: self = .power
        case .energy: self = .energy
        case .humidity: self = .humidity
        case .intrusion: return nil
        }
    }

    /// What a kind of sensor measures; nil for what has no reading.
    private static func quantity(_ kind: SensorKind, chip: String) -> Quantity? {
        switch kind {
        // Thermocouples come to hwmon through the bridge from IIO alone.
        case .temperature: chip.hasPrefix("iio_hwmon") ? .temperature : .chipTemperature
        case .fan: .fanSpeed
        case .voltage: .voltage
        case .current: .current
        case .power: .power
        case .energy: .energy
        case .humidity: .humidity
        case .intrusion: nil
        }
    }

    /// Writes the values of a feature.
    ///
    /// An attribute that could not be read is a lost item.
    static func write(
        _ reading: SensorReading, of feature: SensorFeature, chip: String, into writer: inout MetricWriter<SensorMetric>
    ) {
        let labels = writer.labels {
            $0.add("chip", chip)
            $0.add("feature", feature.name)
            $0.add("label", feature.label)
        }
        let quantity = SensorMetric.quantity(feature.kind, chip: chip)
        if let value = reading.value, let metric = SensorMetric(feature.kind) {
            if quantity?.holds(value) ?? true {
                writer.write(metric, labels, value)
            } else {
                writer.loseItem("\(chip) \(feature.name): \(value) cannot be")
            }
        }
        // Chips say with a limit that cannot be that there is none, NVMe disks with 65,262 degrees: nothing is lost.
        for limit in reading.limits where quantity?.holds(limit.value) ?? true {
            let all = writer.labels(labels) {
                $0.add("kind", feature.kind.rawValue)
                $0.add("limit", limit.kind.rawValue)
            }
            writer.write(SensorMetric.limit, all, limit.value)
        }
        if let isAlarmed = reading.isAlarmed { writer.write(SensorMetric.alarm, labels, isAlarmed) }
        for _ in 0..<max(0, reading.lostAttributes) {
            writer.loseItem("\(chip) \(feature.name): \(reading.firstError?.description ?? "cannot be read")")
        }
    }
}

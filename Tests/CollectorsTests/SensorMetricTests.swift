// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles
import ScrapeSupport
import Testing

@testable import Collectors
@testable import LMSensors

/// What libsensors says, as samples; the library itself reads no tree but /sys.
@Suite struct SensorMetricTests {
    /// Writes what it is given, under the families of the collector `sensors`.
    private struct Writing: Collector {
        typealias Metric = SensorMetric
        static let descriptor = CollectorDescriptor(
            name: "sensors", group: .sensors, help: "What a test says.", reads: ["nothing"])

        init(context: CollectorContext) {}

        mutating func collect(
            from reader: inout KernelFileReader, into writer: inout Writer
        ) throws(CollectorError) -> Availability {
            for (kind, name) in kinds {
                let feature = SensorFeature(
                    name: name, label: "The \"\(name)\"", kind: kind, input: nil, limits: [], alarms: [], chip: 0)
                var reading = SensorReading()
                reading.value = 1.5
                // No range of what can be is narrower.
                reading.limits = [SensorLimit(kind: .max, value: kind == .humidity ? 1 : 2)]
                reading.alarms = [SensorAlarm(kind: .general, isRaised: true)]
                if kind == .fan { reading.lostAttributes = 2 }
                SensorMetric.write(reading, of: feature, chip: "chip", into: &writer)
            }
            return .available
        }
    }

    @Test("each kind of sensor becomes its family, with its limits and its alarm")
    func families() throws {
        let driver = try ScrapeDriver([CollectorEntry(Writing.self)], roots: .nowhere)
        driver.scrape()
        #expect(driver.result.fault == nil)
        #expect(driver.result.itemsLost == 2)
        let value = #"{chip="chip",feature="NAME",label="The \"NAME\""} 1.5"#
        func sample(_ family: String, _ name: String) -> String {
            family + value.replacing("NAME", with: name)
        }
        #expect(
            Set(driver.samples.filter { !$0.hasPrefix("host_sensor_limit") && !$0.hasPrefix("host_sensor_alarm") }) == [
                sample("host_sensor_temperature_celsius", "temp1"), sample("host_sensor_fan_rpm", "fan1"),
                sample("host_sensor_voltage_volts", "in0"), sample("host_sensor_current_amperes", "curr1"),
                sample("host_sensor_power_watts", "power1"), sample("host_sensor_energy_joules_total", "energy1"),
                sample("host_sensor_humidity_ratio", "humidity1"),
            ])
        #expect(
            driver.samples.contains(
                #"host_sensor_limit{chip="chip",feature="in0",label="The \"in0\"",kind="voltage",limit="max"} 2"#))
        #expect(driver.samples.count { $0.hasPrefix("host_sensor_limit") } == kinds.count)
        #expect(driver.samples.contains(#"host_sensor_alarm{chip="chip",feature="fan1",label="The \"fan1\""} 1"#))
        #expect(driver.samples.contains { $0.hasPrefix(#"host_sensor_alarm{chip="chip",feature="intrusion0""#) })
    }
}

private let kinds: [(kind: SensorKind, name: String)] = [
    (.temperature, "temp1"), (.fan, "fan1"), (.voltage, "in0"), (.current, "curr1"), (.power, "power1"),
    (.energy, "energy1"), (.humidity, "humidity1"), (.intrusion, "intrusion0"),
]

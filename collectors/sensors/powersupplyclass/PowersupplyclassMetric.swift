// SPDX-License-Identifier: Apache-2.0

import Exposition

extension PowersupplyclassCollector {
    /// The families, one for each attribute, and the info series.
    enum Metric: Int, FamilyKey {
        case authentic, calibrate, capacity, capacityAlertMaximum, capacityAlertMinimum, cycleCount, online
        case present, timeToEmpty, timeToFull, currentBoot, currentMaximum, current, energyEmpty
        case energyEmptyDesign, energyFull, energyFullDesign, energy, voltageBoot, voltageMaximum
        case voltageMaximumDesign, voltageMinimum, voltageMinimumDesign, voltage, voltageOpenCircuit
        case chargeControlLimit, chargeControlLimitMaximum, chargeCounter, chargeEmpty, chargeEmptyDesign
        case chargeFull, chargeFullDesign, charge, chargeTermCurrent, constantChargeCurrent
        case constantChargeCurrentMaximum, constantChargeVoltage, constantChargeVoltageMaximum
        case prechargeCurrent, inputCurrentLimit, power, temperature, temperatureAlertMaximum
        case temperatureAlertMinimum, ambient, ambientMaximum, ambientMinimum, temperatureMaximum
        case temperatureMinimum
        case info

        var family: MetricFamily {
            guard let row else {
                return .gauge(
                    "node_power_supply_info",
                    Metric.infoLabels.map { "\($0)" == "power_supply" ? "power_supply" : "\($0)?" },
                    "1 for each power supply, with what it says about itself.")
            }
            return .gauge("node_power_supply_\(row.name)", ["power_supply"], row.help)
        }

        /// The attribute behind a family and what its number is divided by; nil for the info series.
        var source: (file: String, divisor: Double)? {
            row.map { ($0.file, $0.divisor) }
        }

        /// The labels of the info series: attributes of the same names, but for the supply's own name.
        static let infoLabels: [StaticString] = [
            "capacity_level", "charge_type", "health", "manufacturer", "model_name", "power_supply", "scope",
            "serial_number", "status", "technology", "type", "usb_type",
        ]

        private var row: Row? {
            rawValue < Metric.rows.count ? Metric.rows[rawValue] : nil
        }

        /// In the order of the cases.
        private static let rows: [Row] = [
            Row("authentic", "1 where the battery has proved to be genuine."),
            Row("calibrate", "1 while the battery is being calibrated."),
            Row("capacity", "Charge of the battery in percent."),
            Row("capacity_alert_max", "Charge in percent above which the driver raises an alert."),
            Row("capacity_alert_min", "Charge in percent below which the driver raises an alert."),
            Row("cycle_count", as: "cyclecount", "Charge cycles that the battery has gone through."),
            Row("online", "1 where the supply delivers power, 2 where it does so at a programmed voltage."),
            Row("present", "1 where the battery is in its place."),
            Row(
                "time_to_empty_now", as: "time_to_empty_seconds",
                "Seconds until the battery is empty at the present load."),
            Row(
                "time_to_full_now", as: "time_to_full_seconds",
                "Seconds until the battery is full at the present charging current."),
            Row("current_boot", divisor: .micro, "Current at boot in amperes."),
            Row("current_max", divisor: .micro, "Largest current in amperes."),
            Row(
                "current_now", as: "current_ampere", divisor: .micro,
                "Current in amperes; a sign tells its direction."),
            Row("energy_empty", divisor: .micro, "Energy at which the battery counts as empty, in watt hours."),
            Row(
                "energy_empty_design", divisor: .micro,
                "Energy at which the battery counted as empty when new, in watt hours."),
            Row("energy_full", divisor: .micro, "Energy of the full battery as it is now, in watt hours."),
            Row("energy_full_design", divisor: .micro, "Energy of the full battery when it was new, in watt hours."),
            Row("energy_now", as: "energy_watthour", divisor: .micro, "Energy left in the battery, in watt hours."),
            Row("voltage_boot", divisor: .micro, "Voltage at boot in volts."),
            Row("voltage_max", divisor: .micro, "Largest voltage in volts."),
            Row("voltage_max_design", divisor: .micro, "Largest voltage by design, in volts."),
            Row("voltage_min", divisor: .micro, "Smallest voltage in volts."),
            Row("voltage_min_design", divisor: .micro, "Smallest voltage by design, in volts."),
            Row("voltage_now", as: "voltage_volt", divisor: .micro, "Voltage in volts."),
            Row("voltage_ocv", divisor: .micro, "Voltage without load, in volts."),
            Row("charge_control_limit", divisor: .micro, "Charging limit that is set now, in amperes."),
            Row("charge_control_limit_max", divisor: .micro, "Largest charging limit that can be set, in amperes."),
            Row(
                "charge_counter", divisor: .micro,
                "Charge that the coulomb counter shows, in ampere hours; it may be negative."),
            Row("charge_empty", divisor: .micro, "Charge at which the battery counts as empty, in ampere hours."),
            Row(
                "charge_empty_design", divisor: .micro,
                "Charge at which the battery counted as empty when new, in ampere hours."),
            Row("charge_full", divisor: .micro, "Charge of the full battery as it is now, in ampere hours."),
            Row("charge_full_design", divisor: .micro, "Charge of the full battery when it was new, in ampere hours."),
            Row("charge_now", as: "charge_ampere", divisor: .micro, "Charge left in the battery, in ampere hours."),
            Row("charge_term_current", divisor: .micro, "Current at which charging ends, in amperes."),
            Row("constant_charge_current", divisor: .micro, "Charging current in amperes."),
            Row("constant_charge_current_max", divisor: .micro, "Largest charging current in amperes."),
            Row("constant_charge_voltage", divisor: .micro, "Charging voltage in volts."),
            Row("constant_charge_voltage_max", divisor: .micro, "Largest charging voltage in volts."),
            Row("precharge_current", divisor: .micro, "Current while precharging, in amperes."),
            Row("input_current_limit", divisor: .micro, "Largest current that is taken from the source, in amperes."),
            Row("power_now", as: "power_watt", divisor: .micro, "Power that flows now, in watts."),
            Row("temp", as: "temp_celsius", divisor: .tenth, "Temperature in degrees Celsius."),
            Row(
                "temp_alert_max", as: "temp_alert_max_celsius", divisor: .tenth,
                "Temperature above which the driver raises an alert."),
            Row(
                "temp_alert_min", as: "temp_alert_min_celsius", divisor: .tenth,
                "Temperature below which the driver raises an alert."),
            Row(
                "temp_ambient", as: "temp_ambient_celsius", divisor: .tenth,
                "Temperature around the supply in degrees Celsius."),
            Row(
                "temp_ambient_max", as: "temp_ambient_max_celsius", divisor: .tenth,
                "Temperature around the supply above which the driver raises an alert."),
            Row(
                "temp_ambient_min", as: "temp_ambient_min_celsius", divisor: .tenth,
                "Temperature around the supply below which the driver raises an alert."),
            Row(
                "temp_max", as: "temp_max_celsius", divisor: .tenth,
                "Highest temperature for operation, in degrees Celsius."),
            Row(
                "temp_min", as: "temp_min_celsius", divisor: .tenth,
                "Lowest temperature for operation, in degrees Celsius."),
        ]
    }

    /// What becomes of one attribute.
    private struct Row {
        /// What the kernel's whole numbers are divided by.
        enum Divisor: Double {
            /// A number as it is.
            case one = 1
            /// Microamperes, microvolts, microwatts and their hours.
            case micro = 1_000_000
            /// Tenths of a degree.
            case tenth = 10
        }

        let file: String
        let name: String
        let divisor: Double
        let help: String

        init(_ file: String, as name: String? = nil, divisor: Divisor = .one, _ help: String) {
            self.file = file
            self.name = name ?? file
            self.divisor = divisor.rawValue
            self.help = help
        }
    }
}

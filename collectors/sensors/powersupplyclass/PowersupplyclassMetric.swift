// SPDX-License-Identifier: Apache-2.0

import Exposition

extension PowersupplyclassCollector {
    /// The families, one for each attribute, and the info series.
    struct Metric: FamilyTable {
        let rawValue: Int

        /// The labels of the info series beside the supply's name: attributes of the same names.
        static let infoLabels: [StaticString] = [
            "capacity_level", "charge_type", "health", "manufacturer", "model_name", "scope", "serial_number", "status",
            "technology", "type", "usb_type",
        ]

        /// The key of the info series.
        static let info = named("node_power_supply_info")

        static let rows = [
            row("authentic", "1 where the battery has proved to be genuine."),
            row("calibrate", "1 while the battery is being calibrated."),
            row("capacity", "Charge of the battery in percent."),
            row("capacity_alert_max", "Charge in percent above which the driver raises an alert."),
            row("capacity_alert_min", "Charge in percent below which the driver raises an alert."),
            row("cycle_count", as: "cyclecount", "Charge cycles that the battery has gone through."),
            row("online", "1 where the supply delivers power, 2 where it does so at a programmed voltage."),
            row("present", "1 where the battery is in its place."),
            row(
                "time_to_empty_now", as: "time_to_empty_seconds",
                "Seconds until the battery is empty at the present load."),
            row(
                "time_to_full_now", as: "time_to_full_seconds",
                "Seconds until the battery is full at the present charging current."),
            row("current_boot", unit: .micro, "Current at boot in amperes."),
            row("current_max", unit: .micro, "Largest current in amperes."),
            row(
                "current_now", as: "current_ampere", unit: .micro,
                "Current in amperes; a sign tells its direction."),
            row("energy_empty", unit: .micro, "Energy at which the battery counts as empty, in watt hours."),
            row(
                "energy_empty_design", unit: .micro,
                "Energy at which the battery counted as empty when new, in watt hours."),
            row("energy_full", unit: .micro, "Energy of the full battery as it is now, in watt hours."),
            row("energy_full_design", unit: .micro, "Energy of the full battery when it was new, in watt hours."),
            row("energy_now", as: "energy_watthour", unit: .micro, "Energy left in the battery, in watt hours."),
            row("voltage_boot", unit: .micro, "Voltage at boot in volts."),
            row("voltage_max", unit: .micro, "Largest voltage in volts."),
            row("voltage_max_design", unit: .micro, "Largest voltage by design, in volts."),
            row("voltage_min", unit: .micro, "Smallest voltage in volts."),
            row("voltage_min_design", unit: .micro, "Smallest voltage by design, in volts."),
            row("voltage_now", as: "voltage_volt", unit: .micro, "Voltage in volts."),
            row("voltage_ocv", unit: .micro, "Voltage without load, in volts."),
            row("charge_control_limit", unit: .micro, "Charging limit that is set now, in amperes."),
            row("charge_control_limit_max", unit: .micro, "Largest charging limit that can be set, in amperes."),
            row(
                "charge_counter", unit: .micro,
                "Charge that the coulomb counter shows, in ampere hours; it may be negative."),
            row("charge_empty", unit: .micro, "Charge at which the battery counts as empty, in ampere hours."),
            row(
                "charge_empty_design", unit: .micro,
                "Charge at which the battery counted as empty when new, in ampere hours."),
            row("charge_full", unit: .micro, "Charge of the full battery as it is now, in ampere hours."),
            row("charge_full_design", unit: .micro, "Charge of the full battery when it was new, in ampere hours."),
            row("charge_now", as: "charge_ampere", unit: .micro, "Charge left in the battery, in ampere hours."),
            row("charge_term_current", unit: .micro, "Current at which charging ends, in amperes."),
            row("constant_charge_current", unit: .micro, "Charging current in amperes."),
            row("constant_charge_current_max", unit: .micro, "Largest charging current in amperes."),
            row("constant_charge_voltage", unit: .micro, "Charging voltage in volts."),
            row("constant_charge_voltage_max", unit: .micro, "Largest charging voltage in volts."),
            row("precharge_current", unit: .micro, "Current while precharging, in amperes."),
            row("input_current_limit", unit: .micro, "Largest current that is taken from the source, in amperes."),
            row("power_now", as: "power_watt", unit: .micro, "Power that flows now, in watts."),
            row("temp", as: "temp_celsius", unit: .tenths, "Temperature in degrees Celsius."),
            row(
                "temp_alert_max", as: "temp_alert_max_celsius", unit: .tenths,
                "Temperature above which the driver raises an alert."),
            row(
                "temp_alert_min", as: "temp_alert_min_celsius", unit: .tenths,
                "Temperature below which the driver raises an alert."),
            row(
                "temp_ambient", as: "temp_ambient_celsius", unit: .tenths,
                "Temperature around the supply in degrees Celsius."),
            row(
                "temp_ambient_max", as: "temp_ambient_max_celsius", unit: .tenths,
                "Temperature around the supply above which the driver raises an alert."),
            row(
                "temp_ambient_min", as: "temp_ambient_min_celsius", unit: .tenths,
                "Temperature around the supply below which the driver raises an alert."),
            row(
                "temp_max", as: "temp_max_celsius", unit: .tenths,
                "Highest temperature for operation, in degrees Celsius."),
            row(
                "temp_min", as: "temp_min_celsius", unit: .tenths,
                "Lowest temperature for operation, in degrees Celsius."),
            FamilyRow(
                .gauge(
                    "node_power_supply_info", ["power_supply"] + infoLabels.map { "\($0)?" },
                    "1 for each power supply, with what it says about itself.")),
        ]

        /// An attribute whose family has its name, or another one.
        private static func row(
            _ file: StaticString, as name: String? = nil, unit: KernelUnit = .one, _ help: String
        ) -> FamilyRow {
            FamilyRow(file, unit, .gauge("node_power_supply_\(name ?? "\(file)")", ["power_supply"], help))
        }
    }
}

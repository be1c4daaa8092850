// SPDX-License-Identifier: Apache-2.0

import Exposition
import KernelFiles

/// The family that an attribute becomes, and how its number is converted to the family's unit.
struct HwmonFamily {
    /// How a number of the kernel is converted.
    enum Conversion {
        /// As it is.
        case none
        /// Thousandths to whole units.
        case milli
        /// Millionths to whole units.
        case micro
        /// 0 or 1.
        case flag

        /// The value of an attribute's text; nil where it is no number.
        func value(of text: Bytes) -> Double? {
            if self == .flag { return text == "1" ? 1 : text == "0" ? 0 : nil }
            guard let number = text.real else { return nil }
            switch self {
            case .milli: return number * 0.001
            case .micro: return number / 1_000_000
            case .none, .flag: return number
            }
        }
    }

    /// The family.
    let family: MetricFamily
    /// How its numbers are converted.
    let conversion: Conversion

    /// The family of an attribute.
    ///
    /// `hasBareValue` is true where the sensor has an attribute without a property, which
    /// then has the family's plain name.
    init(_ attribute: HwmonAttributeName, hasBareValue: Bool) {
        let (type, property) = (attribute.type, attribute.property)
        switch type {
        case "beep_enable": self.init("beep_enabled", "1 where the chip may beep.", .flag)
        case "vrm": self.init("voltage_regulator_version", "Version of the voltage regulator's standard.", .none)
        case "update_interval":
            self.init("update_interval_seconds", "How often the chip measures, in seconds.", .milli)
        default:
            var name = type
            if property == "input" {
                if hasBareValue { name += "_input" }
            } else if !property.isEmpty {
                name += "_" + HwmonText.clean(property)
            }
            self.init(name: name, type: type, property: property)
        }
    }

    private init(name: String, type: String, property: String) {
        let part = property.isEmpty || property == "input" ? "the value" : property
        switch (type, property) {
        case (_, "fault"), (_, "alarm"):
            self.init(name, "1 where the sensor of kind \(type) reports: \(property).", .none)
        case (_, "beep"):
            self.init(name + "_enabled", "1 where the sensor of kind \(type) may make the chip beep.", .none)
        case ("in", _), ("cpu", _):
            self.init(name + "_volts", "Voltage sensor in volts: \(part).", .milli)
        case ("temp", let property) where property != "type":
            self.init(name + "_celsius", "Temperature sensor in degrees Celsius: \(part).", .milli)
        case ("curr", _):
            self.init(name + "_amps", "Current sensor in amperes: \(part).", .milli)
        case ("energy", _):
            self.init(name + "_joule_total", "Energy sensor in joules: \(part).", .micro, isCounter: true)
        case ("power", "accuracy"):
            self.init(name, "How exact the power sensor is, as a ratio.", .micro)
        case ("power", "average_interval"), ("power", "average_interval_min"), ("power", "average_interval_max"):
            self.init(name + "_seconds", "Power sensor's time of averaging in seconds: \(part).", .milli)
        case ("power", _):
            self.init(name + "_watt", "Power sensor in watts: \(part).", .micro)
        case ("humidity", _):
            self.init(name, "Humidity sensor as a ratio: \(part).", .micro)
        case ("fan", "input"), ("fan", "min"), ("fan", "max"), ("fan", "target"):
            self.init(name + "_rpm", "Fan in revolutions per minute: \(part).", .none)
        case ("freq", "input"):
            self.init(name + "_freq_mhz", "Clock of a processor in megahertz.", .micro)
        default:
            self.init(name, "Sensor of kind \(type), as the driver gives it: \(part).", .none)
        }
    }

    private init(_ name: String, _ help: String, _ conversion: Conversion, isCounter: Bool = false) {
        family = MetricFamily(
            isCounter ? .counter : .gauge, "node_hwmon_" + name, labels: ["chip", "sensor"], help: help)
        self.conversion = conversion
    }
}

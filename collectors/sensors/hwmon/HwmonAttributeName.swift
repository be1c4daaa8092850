// SPDX-License-Identifier: Apache-2.0

/// The name of a sensor attribute, taken apart: `temp1_crit_alarm` is property `crit_alarm` of sensor `temp1`.
///
/// Source: kernel Documentation/hwmon/sysfs-interface.rst.
struct HwmonAttributeName: Equatable {
    /// What is measured: `temp`, `fan`, `in`, ...
    let type: String
    /// The sensor's number; 0 where the name has none.
    let number: Int
    /// What stands behind the underscore; empty where there is none.
    let property: String

    /// Type and number, the value of the label `sensor`.
    var sensor: String { type + String(number) }

    private static let types: Set<String> = [
        "vrm", "beep_enable", "update_interval", "in", "cpu", "fan", "pwm", "temp", "curr", "power", "energy",
        "humidity", "intrusion", "freq",
    ]

    /// Takes a file's name apart; nil where it is not one of a sensor's.
    init?(_ name: String) {
        // Every device has a folder `power` for its own power management; a sensor's attribute has a number.
        guard name != "power", let (type, digits, property) = Self.parts(of: name), Self.types.contains(type),
            let number = digits.isEmpty ? 0 : Int(digits)
        else { return nil }
        self.type = type
        self.number = number
        self.property = property
    }

    /// The type is as long as it can be: up to the first digit, or where no number and nothing else follows it, up to
    /// the last underscore before the first digit.
    private static func parts(of name: String) -> (type: String, digits: String, property: String)? {
        let text = name.utf8
        let firstDigit = text.firstIndex { $0 >= 0x30 && $0 <= 0x39 } ?? text.endIndex
        let afterDigits = text[firstDigit...].firstIndex { $0 < 0x30 || $0 > 0x39 } ?? text.endIndex
        let type = name[..<firstDigit]
        guard !type.isEmpty else { return nil }
        let digits = String(name[firstDigit..<afterDigits])
        let rest = name[afterDigits...]
        if rest.isEmpty { return (String(type), digits, "") }
        if rest.utf8.first == 0x5F, rest.utf8.count > 1 { return (String(type), digits, String(rest.dropFirst())) }
        guard let underscore = type.utf8.lastIndex(of: 0x5F), underscore > type.startIndex else { return nil }
        return (String(name[..<underscore]), "", String(name[text.index(after: underscore)...]))
    }
}

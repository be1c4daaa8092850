// SPDX-License-Identifier: Apache-2.0

public import CollectorKit

/// Settings as lines of a configuration file.
public enum ConfigurationText {
    /// The line of an option with these values: `name: value`, a list for a repeatable one.
    public static func line(_ option: OptionDescriptor, _ values: [String]) -> String {
        switch option.kind {
        case .texts: "\(option.name): [\(values.map(quoted).joined(separator: ", "))]"
        case .flag, .integer, .duration, .choice: "\(option.name): \(values.last ?? "")"
        case .pattern, .text: "\(option.name): \(quoted(values.last ?? ""))"
        }
    }

    /// The line of an option's default.
    public static func standardLine(_ option: OptionDescriptor) -> String {
        line(option, option.isRepeatable ? [] : [option.kind.standard ?? ""])
    }

    /// A YAML scalar in single quotes, in which backslashes mean nothing; in double quotes where that cannot be.
    static func quoted(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7F }
        if isPlain {
            return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
        }
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22, 0x5C:
                out += "\\"
                out.unicodeScalars.append(scalar)
            case 0x20..<0x7F: out.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                out += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            }
        }
        return out + "\""
    }
}

// SPDX-License-Identifier: Apache-2.0

public import CollectorKit

/// What the environment says: `HOST_EXPORTER_` and the flag's name in upper case with `.` and `-` as `_`.
///
/// Switches take `true` or `false`, repeatable flags one value a line.
public struct EnvironmentSettings: Sendable {
    /// What every variable of ours begins with.
    public static let prefix = "HOST_EXPORTER_"

    /// What the environment sets, by the options' current names.
    public private(set) var settings: [String: Setting] = [:]
    /// Values that are not accepted.
    public private(set) var problems: [ConfigurationProblem] = []
    /// Variables that mean nothing, or go by an older name.
    public private(set) var warnings: [ConfigurationProblem] = []

    /// The variable of a flag, whose name is given without dashes.
    public static func variable(of name: String) -> String {
        prefix
            + String(
                decoding: name.utf8.map { byte in
                    switch byte {
                    case UInt8(ascii: "."), UInt8(ascii: "-"): UInt8(ascii: "_")
                    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte & 0xDF
                    default: byte
                    }
                }, as: UTF8.self)
    }

    /// Nothing set.
    public init() {}

    /// Reads the variables that begin with our prefix.
    ///
    /// - Parameters:
    ///   - variables: names and values; others than ours are ignored.
    ///   - table: the options that may be set by the environment.
    public init(_ variables: [(name: String, value: String)], table: FlagTable) {
        var byVariable: [String: (name: String, option: OptionDescriptor)] = [:]
        for option in table.options {
            for name in [option.name] + option.aliases { byVariable[Self.variable(of: name)] = (name, option) }
        }
        for variable in variables.sorted(by: { $0.name < $1.name }) where variable.name.hasPrefix(Self.prefix) {
            let origin = Origin.environment(variable.name)
            guard let (name, option) = byVariable[variable.name] else {
                warnings.append(ConfigurationProblem(origin, "no flag has this variable; it is ignored"))
                continue
            }
            if name != option.name {
                let current = Self.variable(of: option.name)
                warnings.append(ConfigurationProblem(origin, key: name, "is an older name of \(current)"))
                if variables.contains(where: { $0.name == current }) { continue }
            }
            take(option, variable.value, from: origin)
        }
    }

    private mutating func take(_ option: OptionDescriptor, _ value: String, from origin: Origin) {
        let values =
            option.isRepeatable ? value.split(whereSeparator: \.isNewline).map(String.init) : [value]
        for value in values {
            do throws(ConfigurationError) {
                try option.check(value, as: option.name)
            } catch {
                problems.append(ConfigurationProblem(origin, key: option.name, error.message))
                return
            }
        }
        if option.isInert {
            warnings.append(
                ConfigurationProblem(origin, key: option.name, "is accepted for compatibility and does nothing"))
        }
        settings[option.name] = Setting(values, from: origin)
    }
}

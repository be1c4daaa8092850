// SPDX-License-Identifier: Apache-2.0

public import CollectorKit

/// What is in force: the command line beats the environment, which beats the file.
///
/// A repeatable option's values come from one place, not from all together.
public struct EffectiveConfiguration: Sendable {
    /// What was given, by option name; what is not here has its default.
    public let settings: [String: Setting]
    /// The values for the program.
    public let options: Options
    private let table: FlagTable

    /// Puts the three together.
    public init(
        flags: [String: [String]], environment: [String: Setting], file: [String: Setting], table: FlagTable
    ) {
        let given = flags.mapValues { Setting($0, from: .flag) }
        self.init(settings: file.merging(environment) { $1 }.merging(given) { $1 }, table: table)
    }

    private init(settings: [String: Setting], table: FlagTable) {
        self.settings = settings
        self.table = table
        options = Options(given: settings.mapValues(\.values))
    }

    /// Where an option's value came from; nil for its default.
    public func origin(of name: String) -> Origin? { settings[name]?.origin }

    /// An error of a flag as a problem of the place where its value was given.
    public func problem(_ error: ConfigurationError) -> ConfigurationProblem {
        let name = String(error.flag.drop { $0 == "-" })
        return ConfigurationProblem(origin(of: name) ?? .flag, key: name, error.message)
    }

    /// The names of the options whose values are not the same in both, sorted.
    public func changes(from other: EffectiveConfiguration) -> [String] {
        Set(settings.keys).union(other.settings.keys)
            .filter { settings[$0]?.values != other.settings[$0]?.values }.sorted()
    }

    /// This configuration with the values that another one has for some options.
    public func keeping(_ names: [String], of other: EffectiveConfiguration) -> EffectiveConfiguration {
        var kept = settings
        for name in names { kept[name] = other.settings[name] }
        return EffectiveConfiguration(settings: kept, table: table)
    }

    /// Patterns that look as if something on their way here had eaten their backslashes.
    ///
    /// systemd's EnvironmentFile does that: `\d+` arrives as `d+`.
    public var warnings: [ConfigurationProblem] {
        var found: [ConfigurationProblem] = []
        for option in table.options {
            guard case .pattern(let standard) = option.kind, Self.hasDigits(standard, isEscaped: true),
                let setting = settings[option.name],
                setting.values.contains(where: { Self.hasDigits($0, isEscaped: false) })
            else { continue }
            found.append(
                ConfigurationProblem(
                    setting.origin, key: option.name,
                    "has \"d+\" where the default has \"\\d+\"; systemd's EnvironmentFile removes backslashes, so "
                        + "regular expressions belong in the file of --config.file"))
        }
        return found
    }

    /// True where `d+` is in a pattern, with or without the backslash that makes it digits.
    private static func hasDigits(_ pattern: String, isEscaped: Bool) -> Bool {
        var before: UInt8 = 0
        var isFound = false
        for byte in pattern.utf8 {
            if isFound, byte == UInt8(ascii: "+") { return true }
            isFound = byte == UInt8(ascii: "d") && (before == UInt8(ascii: "\\")) == isEscaped
            before = byte
        }
        return false
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The values of all flags, given ones and defaults.
///
/// Values have been checked against their kinds before a collector sees them.
public struct Options: Sendable {
    private let given: [String: [String]]

    /// Values given for flags, by the flag's name without dashes; for a repeatable one all of them in order, for a
    /// switch `true` or `false`.
    ///
    /// What is not given has its flag's default.
    public init(given: [String: [String]] = [:]) {
        self.given = given
    }

    /// The same values but for one switch.
    public func with(_ flag: Flag<Bool>, _ value: Bool) -> Options {
        Options(given: given.merging([flag.descriptor.name: [value ? "true" : "false"]]) { _, new in new })
    }

    /// True where the user gave the flag.
    public func isGiven(_ flag: some FlagDeclaration) -> Bool { given[flag.descriptor.name] != nil }

    /// The texts that were given for a flag, else its default where it has one.
    public func texts(of flag: OptionDescriptor) -> [String] {
        given[flag.name] ?? flag.kind.standard.map { [$0] } ?? []
    }

    /// A switch.
    public subscript(flag: Flag<Bool>) -> Bool { text(flag) == "true" }

    /// A text or a choice.
    public subscript(flag: Flag<String>) -> String { text(flag) }

    /// All values of a repeatable flag.
    public subscript(flag: Flag<[String]>) -> [String] { given[flag.descriptor.name] ?? [] }

    /// A whole number.
    public subscript(flag: Flag<Int>) -> Int { Int(text(flag)) ?? 0 }

    /// A time in nanoseconds.
    public subscript(flag: Flag<UInt64>) -> UInt64 { DurationText.nanoseconds(text(flag)) ?? 0 }

    /// The text of a pattern, empty for none.
    public func source(_ flag: Flag<Pattern?>) -> String { text(flag) }

    /// A compiled pattern; nil where it is empty.
    public func pattern(_ flag: Flag<Pattern?>) throws(ConfigurationError) -> Pattern? {
        let source = text(flag)
        guard !source.isEmpty else { return nil }
        do throws(PatternError) {
            return try Pattern(source)
        } catch {
            throw ConfigurationError(flag: flag.descriptor.name, error.description)
        }
    }

    private func text(_ flag: some FlagDeclaration) -> String {
        given[flag.descriptor.name]?.last ?? flag.descriptor.kind.standard ?? ""
    }
}

/// Times as flags write them.
public enum DurationText {
    /// `300ms`, `1.5s`, `1m30s` as nanoseconds; nil where it is none.
    ///
    /// Units: ns, us, ms, s, m, h.
    public static func nanoseconds(_ text: String) -> UInt64? {
        let units: [(String, Double)] = [
            ("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3_600e9),
        ]
        var rest = text[...]
        var sum = 0.0
        guard !rest.isEmpty else { return nil }
        if text == "0" { return 0 }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            let letters = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(letters.count)
            guard let value = Double(number), let unit = units.first(where: { $0.0 == letters }) else { return nil }
            sum += value * unit.1
        }
        return sum >= 0 && sum < 9e18 ? UInt64(sum) : nil
    }
}

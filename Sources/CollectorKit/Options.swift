// SPDX-License-Identifier: Apache-2.0

/// The values of all options, given ones and defaults.
///
/// Values have been checked against their kinds before a collector sees them.
public struct Options: Sendable {
    private let descriptors: [String: OptionDescriptor]
    private let given: [String: [String]]

    /// Values given for options, by the option's name without dashes; for a repeatable one all of them in order, for
    /// a switch `true` or `false`.
    public init(_ descriptors: [OptionDescriptor], given: [String: [String]]) {
        var table: [String: OptionDescriptor] = [:]
        for descriptor in descriptors { table[descriptor.name] = descriptor }
        self.descriptors = table
        self.given = given
    }

    /// The same values but for one option.
    public func with(_ name: String, _ value: String) -> Options {
        Options(Array(descriptors.values), given: given.merging([name: [value]]) { _, new in new })
    }

    /// True where the user gave the option.
    public func isGiven(_ name: String) -> Bool { given[name] != nil }

    /// A switch.
    public func flag(_ name: String) -> Bool {
        if let value = given[name]?.last { return value == "true" }
        if case .flag(let standard)? = descriptors[name]?.kind { return standard }
        return false
    }

    /// A text, a choice or a pattern's source.
    public func text(_ name: String) -> String {
        if let value = given[name]?.last { return value }
        switch descriptors[name]?.kind {
        case .text(let standard), .pattern(let standard), .choice(let standard, _): return standard
        default: return ""
        }
    }

    /// All values of a repeatable option.
    public func texts(_ name: String) -> [String] { given[name] ?? [] }

    /// A whole number.
    public func integer(_ name: String) -> Int {
        if let value = given[name]?.last, let number = Int(value) { return number }
        if case .integer(let standard, _)? = descriptors[name]?.kind { return standard }
        return 0
    }

    /// A time in nanoseconds.
    public func nanoseconds(_ name: String) -> UInt64 {
        if let value = given[name]?.last, let time = DurationText.nanoseconds(value) { return time }
        if case .duration(let standard)? = descriptors[name]?.kind { return standard }
        return 0
    }

    /// A compiled pattern; nil where it is empty.
    public func pattern(_ name: String) throws(ConfigurationError) -> Pattern? {
        let source = text(name)
        guard !source.isEmpty else { return nil }
        do throws(PatternError) {
            return try Pattern(source)
        } catch {
            throw ConfigurationError(flag: name, error.description)
        }
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

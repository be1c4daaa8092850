// SPDX-License-Identifier: Apache-2.0

extension OptionDescriptor.Kind {
    /// What the flag takes, as `--help` and error messages say it.
    public var accepts: String {
        switch self {
        case .flag: "true or false"
        case .pattern: "a regular expression in RE2 syntax"
        case .text, .texts: "a text"
        case .integer(_, let range):
            range.upperBound == .max
                ? "a whole number from \(range.lowerBound)"
                : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .duration: "a time with its unit, for example 500ms, 5s or 1m"
        case .choice(_, let words): words.joined(separator: ", ")
        }
    }

    /// The default as a text; nil where there is none.
    public var standard: String? {
        switch self {
        case .flag(let value): value ? "true" : "false"
        case .pattern(let text), .text(let text), .choice(let text, _): text.isEmpty ? nil : text
        case .texts: nil
        case .integer(let value, _): String(value)
        case .duration(let value): DurationText.text(value)
        }
    }
}

extension OptionDescriptor {
    /// True for `--name` and `--no-name`.
    public var isSwitch: Bool {
        if case .flag = kind { return true }
        return false
    }

    /// True where it may be given several times.
    public var isRepeatable: Bool {
        if case .texts = kind { return true }
        return false
    }

    /// Refuses a value that is not of the option's kind.
    ///
    /// `flag` is the name it was given by.
    public func check(_ value: String, as flag: String) throws(ConfigurationError) {
        var isGood = true
        switch kind {
        case .flag: isGood = value == "true" || value == "false"
        case .text, .texts: break
        case .integer(_, let range): isGood = Int(value).map(range.contains) ?? false
        case .duration: isGood = DurationText.nanoseconds(value) != nil
        case .choice(_, let words): isGood = words.contains(value)
        case .pattern:
            do throws(PatternError) {
                _ = try Pattern(value)
            } catch {
                throw ConfigurationError(flag: flag, error.description)
            }
        }
        guard !isGood else { return }
        throw ConfigurationError(
            flag: flag, "\"\(FlagTable.cut(value))\" is not accepted; it takes \(kind.accepts)")
    }
}

extension DurationText {
    /// Nanoseconds in the largest unit that gives a whole number.
    public static func text(_ nanoseconds: UInt64) -> String {
        for (unit, size) in [("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000)]
        where nanoseconds > 0 && nanoseconds % UInt64(size) == 0 {
            return "\(nanoseconds / UInt64(size))\(unit)"
        }
        return nanoseconds == 0 ? "0s" : "\(nanoseconds)ns"
    }
}

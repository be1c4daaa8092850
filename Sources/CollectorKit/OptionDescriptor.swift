// SPDX-License-Identifier: Apache-2.0

/// A flag that takes a value or switches something, as its owner declares it.
public struct OptionDescriptor: Sendable, Equatable {
    /// What the flag takes, with its default.
    public enum Kind: Sendable, Equatable {
        /// `--name` and `--no-name`.
        case flag(default: Bool)
        /// A regular expression in RE2's language. An empty default matches nothing and filters nothing.
        case pattern(default: String)
        /// Any text.
        case text(default: String)
        /// Any text, given as often as one likes.
        case texts
        /// A whole number within a range.
        case integer(default: Int, range: ClosedRange<Int>)
        /// A time with its unit (`500ms`, `5s`, `1m`); the default is in nanoseconds.
        case duration(defaultNanoseconds: UInt64)
        /// One of several words.
        case choice(default: String, of: [String])
    }

    /// The flag without dashes: `collector.diskstats.device-exclude`.
    public let name: String
    /// What it takes.
    public let kind: Kind
    /// What it does, in one sentence.
    public let help: String
    /// Older names that still work, without dashes.
    public let aliases: [String]
    /// True where `--help` does not show it.
    public let isHidden: Bool
    /// True where it is accepted for node_exporter's sake and does nothing; using it is a warning.
    public let isInert: Bool

    /// A declaration.
    public init(
        _ name: String, _ kind: Kind, help: String, aliases: [String] = [], isHidden: Bool = false,
        isInert: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.help = help
        self.aliases = aliases
        self.isHidden = isHidden
        self.isInert = isInert
    }
}

// SPDX-License-Identifier: Apache-2.0

/// A flag of the command line as its owner declares it, once.
///
/// Its value is read by the declaration, so that no name can be misspelt and no value taken for one of another type.
///
///     static let fields = Flag.pattern("collector.vmstat.fields", default: "^pg", help: "Show the fields that match.")
///     ...
///     fields = try context.options.pattern(Self.fields)
///
/// The same flag stands in the configuration file and in the environment.
public struct Flag<Value>: Sendable {
    /// Name, kind and help, whatever the type of the value.
    public let descriptor: OptionDescriptor

    fileprivate init(
        _ name: String, _ kind: OptionDescriptor.Kind, _ help: String, _ aliases: [String] = [],
        isHidden: Bool = false, isInert: Bool = false
    ) {
        descriptor = OptionDescriptor(
            name, kind, help: help, aliases: aliases, isHidden: isHidden, isInert: isInert)
    }
}

/// A flag whatever the type of its value, for lists of them.
public protocol FlagDeclaration: Sendable {
    /// Name, kind and help.
    var descriptor: OptionDescriptor { get }
}

extension Flag: FlagDeclaration {}

extension Flag where Value == Bool {
    /// `--name` and `--no-name`.
    public static func toggle(
        _ name: String, default standard: Bool = false, help: String, isHidden: Bool = false
    ) -> Flag {
        Flag(name, .flag(default: standard), help, isHidden: isHidden)
    }
}

extension Flag where Value == Pattern? {
    /// A regular expression in RE2's language; an empty one matches nothing and filters nothing, and reads as nil.
    public static func pattern(
        _ name: String, default standard: String = "", help: String, aliases: [String] = []
    ) -> Flag {
        Flag(name, .pattern(default: standard), help, aliases)
    }
}

extension Flag where Value == String {
    /// Any text.
    public static func text(
        _ name: String, default standard: String = "", help: String, isHidden: Bool = false, isInert: Bool = false
    ) -> Flag {
        Flag(name, .text(default: standard), help, isHidden: isHidden, isInert: isInert)
    }

    /// One of several words.
    public static func choice(_ name: String, default standard: String, of words: [String], help: String) -> Flag {
        Flag(name, .choice(default: standard, of: words), help)
    }
}

extension Flag where Value == [String] {
    /// Any text, given as often as one likes.
    public static func texts(_ name: String, help: String) -> Flag {
        Flag(name, .texts, help)
    }
}

extension Flag where Value == Int {
    /// A whole number within a range.
    public static func integer(
        _ name: String, default standard: Int, in range: ClosedRange<Int>, help: String, isHidden: Bool = false,
        isInert: Bool = false
    ) -> Flag {
        Flag(name, .integer(default: standard, range: range), help, isHidden: isHidden, isInert: isInert)
    }
}

extension Flag where Value == UInt64 {
    /// A time with its unit (`500ms`, `5s`, `1m`), which reads as nanoseconds.
    public static func duration(
        _ name: String, defaultNanoseconds standard: UInt64, help: String, isHidden: Bool = false,
        isInert: Bool = false
    ) -> Flag {
        Flag(
            name, .duration(defaultNanoseconds: standard), help, isHidden: isHidden, isInert: isInert)
    }
}

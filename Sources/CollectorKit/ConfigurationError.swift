// SPDX-License-Identifier: Apache-2.0

/// A flag that cannot be used as it was given.
///
/// Its description is the one line that ends the process at start.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The flag's name with its dashes, for example `--collector.diskstats.device-exclude`.
    public let flag: String
    /// What is wrong and what is accepted.
    public let message: String
    /// True where no flag has this name.
    public let isUnknownFlag: Bool

    /// An error of a flag, whose name is given without dashes.
    public init(flag: String, _ message: String) {
        self.flag = "--" + flag
        self.message = message
        isUnknownFlag = false
    }

    /// A flag that does not exist, with its dashes.
    init(unknownFlag flag: String, hint: String) {
        self.flag = flag
        message = hint
        isUnknownFlag = true
    }

    /// Flag first, then what is wrong and what it takes, in one line whatever the user typed.
    public var description: String {
        let text = isUnknownFlag ? "unknown flag \(flag): \(message)" : "\(flag): \(message)"
        guard text.unicodeScalars.contains(where: ConfigurationError.isControl) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { ConfigurationError.isControl($0) ? "?" : $0 }))
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    }
}

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

    /// Flag first, then what is wrong and what it takes.
    public var description: String {
        isUnknownFlag ? "unknown flag \(flag): \(message)" : "\(flag): \(message)"
    }
}

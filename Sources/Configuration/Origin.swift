// SPDX-License-Identifier: Apache-2.0

/// Where a value came from.
public enum Origin: Sendable, Equatable, CustomStringConvertible {
    /// The command line.
    case flag
    /// The environment variable of this name.
    case environment(String)
    /// A line of the configuration file, from 1; 0 for the file as a whole.
    case file(String, line: Int)

    /// As `config print` and error messages name it.
    public var description: String {
        switch self {
        case .flag: "command line"
        case .environment(let name): name
        case .file(let path, let line): line > 0 ? "\(path):\(line)" : path
        }
    }
}

/// What was given for an option, and where.
public struct Setting: Sendable, Equatable {
    /// The values in order; one, but for a repeatable option.
    public let values: [String]
    /// Where they came from.
    public let origin: Origin

    /// A setting.
    public init(_ values: [String], from origin: Origin) {
        self.values = values
        self.origin = origin
    }
}

/// Something in a file or in the environment that is wrong, or worth a warning.
public struct ConfigurationProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where it stands.
    public let origin: Origin
    /// The key, where it is about one.
    public let key: String?
    /// What was found and what is accepted.
    public let message: String

    /// A problem of a key.
    public init(_ origin: Origin, key: String? = nil, _ message: String) {
        self.origin = origin
        self.key = key
        self.message = message
    }

    /// One line: place, key, what was found and what is accepted.
    public var description: String {
        guard let key else { return "\(origin): \(message)" }
        if case .environment = origin { return "\(origin): \(message)" }
        return "\(origin): \(key): \(message)"
    }
}

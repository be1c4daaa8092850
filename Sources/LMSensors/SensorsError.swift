// SPDX-License-Identifier: Apache-2.0

/// Why libsensors could not be opened or an attribute could not be read.
public enum SensorsError: Error, Equatable, Sendable {
    /// The library is open already in this process, or broke when it ran out of memory.
    case busy

    /// The given configuration file cannot be opened.
    case configuration(String)

    /// libsensors gave up, in its own words.
    case library(String)

    /// An attribute cannot be read; the code is libsensors' `SENSORS_ERR_`.
    case attribute(code: Int32)
}

extension SensorsError: CustomStringConvertible {
    /// One line: what and why.
    public var description: String {
        switch self {
        case .busy: "libsensors is in use"
        case .configuration(let message): "sensors configuration: \(message)"
        case .library(let message): "libsensors: \(message)"
        case .attribute(let code): "libsensors: \(Self.reason(code))"
        }
    }

    private static func reason(_ code: Int32) -> String {
        switch code {
        case 3: "cannot read"
        case 4: "kernel interface error"
        case 5: "compute statement divides by zero"
        case 10: "I/O error"
        case 11: "compute statement recurses too deep"
        default: "error \(code)"
        }
    }
}

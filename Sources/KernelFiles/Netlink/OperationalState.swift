// SPDX-License-Identifier: Apache-2.0

/// The RFC 2863 state of an interface.
public struct OperationalState: RawRepresentable, Equatable, Sendable {
    /// The kernel's number.
    public let rawValue: UInt8

    /// Takes the kernel's number as it is; one that no kernel has given yet reads as `unknown`.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Operational.
    public static let up = OperationalState(rawValue: 6)

    /// The word of the interface's `operstate` file in sysfs.
    public var name: String {
        switch rawValue {
        case 1: "notpresent"
        case 2: "down"
        case 3: "lowerlayerdown"
        case 4: "testing"
        case 5: "dormant"
        case 6: "up"
        default: "unknown"
        }
    }
}

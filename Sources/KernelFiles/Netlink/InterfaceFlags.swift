// SPDX-License-Identifier: Apache-2.0

/// The IFF_* bits of an interface that collectors ask for.
public struct InterfaceFlags: OptionSet, Equatable, Sendable {
    /// All bits as the kernel gave them.
    public let rawValue: UInt32

    /// Takes the kernel's bits as they are.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Switched on by the administrator.
    public static let up = InterfaceFlags(rawValue: 0x1)
    /// A loopback interface.
    public static let loopback = InterfaceFlags(rawValue: 0x8)
    /// One end of a link between two hosts.
    public static let pointToPoint = InterfaceFlags(rawValue: 0x10)
    /// Operational.
    public static let running = InterfaceFlags(rawValue: 0x40)
    /// Made to receive everything, by the administrator's wish.
    public static let promiscuous = InterfaceFlags(rawValue: 0x100)
    /// Made to receive all multicast, by the administrator's wish.
    public static let allMulticast = InterfaceFlags(rawValue: 0x200)
    /// The driver sees a carrier.
    public static let lowerUp = InterfaceFlags(rawValue: 0x10000)
    /// Waiting for an event outside, such as authentication.
    public static let dormant = InterfaceFlags(rawValue: 0x20000)
}

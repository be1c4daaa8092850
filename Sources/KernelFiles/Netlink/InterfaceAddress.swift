// SPDX-License-Identifier: Apache-2.0

/// One internet address of an interface.
public struct InterfaceAddress: Equatable, Hashable, Sendable {
    /// The interface's number.
    public let interfaceIndex: Int32
    /// The interface's own address, not the peer's.
    public let address: InternetAddress
    /// The far end of a point-to-point interface, otherwise the same as `address`.
    public let peer: InternetAddress
    /// The length of the network's prefix in bits, 0 to 32 or 128.
    public let prefixLength: UInt8
    /// The kernel's scope: 0 universe, 253 link, 254 host.
    public let scope: UInt8
    /// The IFA_F_* bits.
    public let flags: UInt32
}

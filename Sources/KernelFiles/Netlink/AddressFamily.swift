// SPDX-License-Identifier: Apache-2.0

/// The families of internet addresses, under the kernel's numbers.
public enum AddressFamily: UInt8, Equatable, Hashable, Sendable {
    /// AF_INET.
    case ipv4 = 2
    /// AF_INET6.
    case ipv6 = 10

    /// The size of an address of this family in bytes.
    public var addressSize: Int { self == .ipv4 ? 4 : 16 }
}

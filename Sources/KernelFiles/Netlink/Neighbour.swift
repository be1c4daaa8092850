// SPDX-License-Identifier: Apache-2.0

/// One entry of a neighbour table: a host that an interface knows or looks for.
public struct Neighbour: Equatable, Sendable {
    /// The interface's number.
    public let interfaceIndex: Int32
    /// IPv4 (ARP) or IPv6 (neighbour discovery).
    public let family: AddressFamily
    /// The entry's state.
    ///
    /// `/proc/net/arp` leaves out entries that are `noARP` or have no state at all.
    public let state: NeighbourState
}

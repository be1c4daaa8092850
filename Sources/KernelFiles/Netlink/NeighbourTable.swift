// SPDX-License-Identifier: Apache-2.0

/// The NUD_* state of a neighbour: one bit, or none.
public struct NeighbourState: OptionSet, Equatable, Hashable, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt16

    /// Takes the kernel's bits as they are.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Asked for, not yet answered.
    public static let incomplete = NeighbourState(rawValue: 0x01)
    /// Confirmed not long ago.
    public static let reachable = NeighbourState(rawValue: 0x02)
    /// Known, not confirmed for a while.
    public static let stale = NeighbourState(rawValue: 0x04)
    /// In use again, waiting for a confirmation.
    public static let delay = NeighbourState(rawValue: 0x08)
    /// Being asked again.
    public static let probe = NeighbourState(rawValue: 0x10)
    /// Did not answer.
    public static let failed = NeighbourState(rawValue: 0x20)
    /// Needs no resolution, such as multicast addresses and all of the loopback interface.
    public static let noARP = NeighbourState(rawValue: 0x40)
    /// Set by the administrator.
    public static let permanent = NeighbourState(rawValue: 0x80)

    /// The state in lower case, as `ip neighbour` names it; empty for a mixture or a state that is not known.
    public var name: String {
        switch self {
        case []: "none"
        case .incomplete: "incomplete"
        case .reachable: "reachable"
        case .stale: "stale"
        case .delay: "delay"
        case .probe: "probe"
        case .failed: "failed"
        case .noARP: "noarp"
        case .permanent: "permanent"
        default: ""
        }
    }
}

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

/// The neighbours of all interfaces, from one dump.
///
/// It is meant to be kept: a dump into it uses the storage of the last one.
public struct NeighbourTable: Sendable {
    /// The neighbours in the kernel's order.
    public private(set) var neighbours: [Neighbour] = []

    /// Neighbours that are left out because their message could not be read.
    public private(set) var malformedCount = 0

    /// False where the list changed during each attempt, so that a neighbour may be missing or counted twice.
    public private(set) var isConsistent = true

    /// A table without neighbours.
    public init() {}
}

extension NeighbourTable: RouteTable {
    mutating func removeAll() {
        neighbours.removeAll(keepingCapacity: true)
        malformedCount = 0
        isConsistent = true
    }

    mutating func append(messageType: UInt16, payload: Range<Int>, in datagram: RawSpan) {
        guard messageType == NetlinkNumber.newNeighbour else { return }
        guard
            payload.count >= 12,
            let family = datagram.uint8(at: payload.lowerBound),
            let index = datagram.int32(at: payload.lowerBound &+ 4),
            let state = datagram.uint16(at: payload.lowerBound &+ 8)
        else {
            malformedCount &+= 1
            return
        }
        // Bridges' forwarding entries come in the same dump where no family was asked for.
        guard let family = AddressFamily(rawValue: family), index > 0 else { return }
        neighbours.append(
            Neighbour(interfaceIndex: index, family: family, state: NeighbourState(rawValue: state))
        )
    }

    mutating func settleForInconsistent() { isConsistent = false }
}

// SPDX-License-Identifier: Apache-2.0

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

extension NeighbourTable: NetlinkTable {
    /// Forgets all rows and keeps the storage.
    public mutating func removeAll() {
        neighbours.removeAll(keepingCapacity: true)
        malformedCount = 0
        isConsistent = true
    }

    /// Takes one message of the dump.
    public mutating func append(messageType: UInt16, payload: Range<Int>, in datagram: RawSpan) {
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

    /// Notes that the list kept changing.
    public mutating func markInconsistent() { isConsistent = false }
}

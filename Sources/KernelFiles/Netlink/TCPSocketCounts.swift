// SPDX-License-Identifier: Apache-2.0

/// How many TCP sockets of one address family are in each state, and what they have queued, from one dump.
///
/// The dump's messages are counted as they come: no socket is kept. Source: sock_diag(7), `struct inet_diag_msg` in
/// include/uapi/linux/inet_diag.h, states in include/net/tcp_states.h.
public struct TCPSocketCounts: Sendable {
    /// The states that are asked for, 1 (established) to 11 (closing), as bits.
    static let states: UInt32 = 0xFFE

    private static let messageSize = 72

    /// Sockets by state; the numbers are the kernel's, and 0 is none of them.
    public private(set) var byState = [UInt64](repeating: 0, count: 12)
    /// Bytes that wait for their process; of a listening socket the connections that wait to be accepted.
    public private(set) var receiveQueue: UInt64 = 0
    /// Bytes that are not acknowledged yet; of a listening socket how many connections may wait.
    public private(set) var sendQueue: UInt64 = 0
    /// Sockets that are left out because their message could not be read.
    public private(set) var malformedCount = 0

    /// No socket.
    public init() {}

    /// All sockets that were counted.
    public var total: UInt64 { byState.reduce(0, &+) }
}

extension TCPSocketCounts: NetlinkTable {
    /// Counts from zero.
    public mutating func removeAll() {
        for state in byState.indices { byState[state] = 0 }
        receiveQueue = 0
        sendQueue = 0
        malformedCount = 0
    }

    /// Counts one socket.
    public mutating func append(messageType: UInt16, payload: Range<Int>, in datagram: RawSpan) {
        guard messageType == NetlinkNumber.socketByFamily else { return }
        guard payload.count >= Self.messageSize,
            let state = datagram.uint8(at: payload.lowerBound &+ 1).map(Int.init), state > 0, state < byState.count,
            let receive = datagram.uint32(at: payload.lowerBound &+ 56),
            let send = datagram.uint32(at: payload.lowerBound &+ 60)
        else {
            malformedCount &+= 1
            return
        }
        byState[state] &+= 1
        receiveQueue &+= UInt64(receive)
        sendQueue &+= UInt64(send)
    }

    /// Nothing to note: the kernel does not tell whether sockets came or went during a dump.
    public mutating func markInconsistent() {}
}

extension NetlinkRequest {
    /// `SOCK_DIAG_BY_FAMILY` with `struct inet_diag_req_v2`: TCP, the states 1 to 11, and nothing beyond the fixed part.
    static func tcpSockets(_ family: AddressFamily) -> NetlinkRequest {
        var request = NetlinkRequest(messageType: NetlinkNumber.socketByFamily)
        request.append(family.rawValue)
        request.append(NetlinkNumber.protocolTCP)
        request.append(zeros: 2)
        request.append(TCPSocketCounts.states)
        request.append(zeros: 48)
        return request
    }
}

/// A kept sock_diag socket that counts the host's TCP sockets, in its network namespace.
///
/// Cost: about a microsecond for each socket, nearly all of it the kernel's. Source: sock_diag(7).
public struct TCPSocketDump: ~Copyable, Sendable {
    private var socket = NetlinkSocket(family: .socketDiagnostics)
    private let ipv4 = NetlinkRequest.tcpSockets(.ipv4)
    private let ipv6 = NetlinkRequest.tcpSockets(.ipv6)

    /// Opens nothing yet.
    public init() {}

    /// Counts one address family's sockets anew.
    public mutating func count(_ family: AddressFamily, into counts: inout TCPSocketCounts) throws(NetlinkError) {
        switch family {
        case .ipv4: try socket.dump(ipv4, into: &counts)
        case .ipv6: try socket.dump(ipv6, into: &counts)
        }
    }
}

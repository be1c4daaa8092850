// SPDX-License-Identifier: Apache-2.0

/// A kept rtnetlink socket that dumps what the kernel has of networking: links, addresses, neighbours, routes, queues.
///
/// A dump into a kept table allocates nothing in the steady state. Cost: about 4 µs for each interface, nearly all of
/// it the kernel's. What may take how long, and what happens after an error, is told at `NetlinkSocket`.
///
/// Source: rtnetlink(7), `RTM_GETLINK`, `RTM_GETSTATS`, `RTM_GETADDR`, `RTM_GETNEIGH`, `RTM_GETROUTE` and `RTM_GETQDISC`.
public struct RouteNetlinkSocket: ~Copyable, Sendable {
    private var socket: NetlinkSocket

    /// Opens nothing yet.
    public init() {
        socket = NetlinkSocket(family: .route)
    }

    /// Takes over a datagram socket that answers like the kernel; for tests.
    init(descriptor: Int32) {
        socket = NetlinkSocket(family: .route, descriptor: descriptor)
    }

    /// Whether a socket is open and kept for the next dump.
    public var isOpen: Bool { socket.isOpen }

    /// Replaces the table's content with the host's interfaces, in its network namespace.
    ///
    /// Without statistics the kernel leaves out a quarter of the bytes, which saves a few percent of the time; kernels
    /// up to 6.18 at least send the counters of `Link` all the same and save those of IPv6 only.
    ///
    /// After an error the table is empty.
    public mutating func dumpLinks(
        into table: inout LinkTable,
        withStatistics: Bool = true
    ) throws(NetlinkError) {
        try socket.dump(withStatistics ? .links : .linksWithoutStatistics, into: &table)
    }

    /// Replaces the table's content with the counters of the host's interfaces, and nothing else of them.
    ///
    /// A tenth of the work of a dump of links, for the kernel and for us. Kernels before 4.7 refuse it.
    /// After an error the table is empty.
    public mutating func dumpStatistics(into table: inout LinkStatisticsTable) throws(NetlinkError) {
        try socket.dump(.statistics, into: &table)
    }

    /// Replaces the table's content with the IPv4 and IPv6 addresses of all interfaces.
    ///
    /// After an error the table is empty.
    public mutating func dumpAddresses(into table: inout AddressTable) throws(NetlinkError) {
        try socket.dump(.addresses, into: &table)
    }

    /// Replaces the table's content with one family's neighbours on all interfaces.
    ///
    /// After an error the table is empty.
    public mutating func dumpNeighbours(
        _ family: AddressFamily,
        into table: inout NeighbourTable
    ) throws(NetlinkError) {
        try socket.dump(.neighbours(family), into: &table)
    }

    /// Replaces the table's content with the IPv4 and IPv6 routes of all tables.
    ///
    /// After an error the table is empty.
    public mutating func dumpRoutes(into table: inout RouteTable) throws(NetlinkError) {
        try socket.dump(.routes, into: &table)
    }

    /// Replaces the table's content with the queueing disciplines of all interfaces.
    ///
    /// After an error the table is empty.
    public mutating func dumpQueueingDisciplines(into table: inout QueueingDisciplineTable) throws(NetlinkError) {
        try socket.dump(.queueingDisciplines, into: &table)
    }
}

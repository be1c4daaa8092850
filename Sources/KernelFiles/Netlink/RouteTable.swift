// SPDX-License-Identifier: Apache-2.0

/// The unicast routes of all routing tables, from one dump.
///
/// It is meant to be kept: a dump into it uses the storage of the last one. Source: rtnetlink(7), `struct rtmsg`.
public struct RouteTable: Sendable {
    /// One way to a destination: a route, or one of a route's next hops.
    public struct Route: Equatable, Sendable {
        /// The number of the interface; 0 where the route names none.
        public var interfaceIndex: Int32 = 0
        /// The destination's network; nil for the default route.
        public var destination: InternetAddress?
        /// How many bits of the destination count.
        public var prefixLength: UInt8 = 0
        /// The address that packets are sent from, where the route prefers one.
        public var source: InternetAddress?
        /// The router; nil where the destination is reached without one.
        public var gateway: InternetAddress?
        /// The metric; routes with smaller ones are preferred.
        public var priority: UInt32 = 0
        /// Who made the route, a number of /etc/iproute2/rt_protos.
        public var routingProtocol: UInt8 = 0
        /// The share of this next hop; nil for a route of a single one.
        public var weight: UInt16?

        /// A route of which nothing is known yet.
        public init() {}
    }

    /// The kernel's `RTN_UNICAST`: routes that lead to other hosts.
    private static let unicast: UInt8 = 1
    private static let fixedSize = 12

    /// The routes in the kernel's order, a route of several next hops once for each of them.
    public private(set) var routes: [Route] = []
    /// Routes that are left out because their message could not be read.
    public private(set) var malformedCount = 0
    /// False where the list changed during each attempt, so that a route may be missing or doubled.
    public private(set) var isConsistent = true

    /// A table without routes.
    public init() {}
}

extension RouteTable: NetlinkTable {
    /// Forgets all rows and keeps the storage.
    public mutating func removeAll() {
        routes.removeAll(keepingCapacity: true)
        malformedCount = 0
        isConsistent = true
    }

    /// Takes one message of the dump.
    public mutating func append(messageType: UInt16, payload: Range<Int>, in datagram: RawSpan) {
        guard messageType == NetlinkNumber.newRoute else { return }
        guard payload.count >= Self.fixedSize, let family = datagram.uint8(at: payload.lowerBound),
            let prefixLength = datagram.uint8(at: payload.lowerBound &+ 1),
            let routingProtocol = datagram.uint8(at: payload.lowerBound &+ 5),
            let type = datagram.uint8(at: payload.lowerBound &+ 7)
        else {
            malformedCount &+= 1
            return
        }
        // Other protocols' routes, such as multicast and MPLS, come in the same dump.
        guard type == Self.unicast, let family = AddressFamily(rawValue: family) else { return }
        var route = Route()
        route.prefixLength = prefixLength
        route.routingProtocol = routingProtocol
        if !read(payload.dropFirst(Self.fixedSize), family, route, in: datagram) { malformedCount &+= 1 }
    }

    /// Notes that the list kept changing.
    public mutating func markInconsistent() { isConsistent = false }

    /// Reads the attributes and keeps the route; false, and nothing kept, where they cannot be read.
    private mutating func read(
        _ range: Range<Int>, _ family: AddressFamily, _ base: Route, in datagram: RawSpan
    ) -> Bool {
        var route = base
        var hops = 0..<0
        var attributes = NetlinkAttributes(range)
        while let attribute = attributes.next(in: datagram) {
            switch attribute.type {
            case 1: route.destination = InternetAddress(family, attribute.value, in: datagram)
            case 4: route.interfaceIndex = attribute.uint32(in: datagram).map(Int32.init(bitPattern:)) ?? 0
            case 6: route.priority = attribute.uint32(in: datagram) ?? 0
            case 7: route.source = InternetAddress(family, attribute.value, in: datagram)
            case 9: hops = attribute.value
            default: Self.readGateway(attribute, family, into: &route, in: datagram)
            }
        }
        guard !attributes.isMalformed, route.prefixLength <= family.addressSize * 8,
            route.destination != nil || route.prefixLength == 0
        else { return false }
        if hops.isEmpty {
            routes.append(route)
            return true
        }
        let count = routes.count
        if readHops(hops, family, route, in: datagram) { return true }
        routes.removeLast(routes.count - count)
        return false
    }

    /// Reads the next hops of a route, each a `struct rtnexthop` with attributes of its own.
    private mutating func readHops(
        _ range: Range<Int>, _ family: AddressFamily, _ base: Route, in datagram: RawSpan
    ) -> Bool {
        var offset = range.lowerBound
        while range.upperBound &- offset >= 8 {
            guard let length = datagram.uint16(at: offset).map(Int.init), length >= 8,
                length <= range.upperBound &- offset, let hops = datagram.uint8(at: offset &+ 3),
                let index = datagram.int32(at: offset &+ 4)
            else { return false }
            var route = base
            route.interfaceIndex = index
            route.weight = UInt16(hops) + 1
            var attributes = NetlinkAttributes(offset &+ 8..<offset &+ length)
            while let attribute = attributes.next(in: datagram) {
                Self.readGateway(attribute, family, into: &route, in: datagram)
            }
            if attributes.isMalformed { return false }
            routes.append(route)
            offset = offset &+ netlinkAligned(length)
        }
        return true
    }

    /// Takes the router of a route or next hop: `RTA_GATEWAY`, or `RTA_VIA` with one of the other address family.
    private static func readGateway(
        _ attribute: NetlinkAttribute, _ family: AddressFamily, into route: inout Route, in datagram: RawSpan
    ) {
        if attribute.type == 5 {
            route.gateway = InternetAddress(family, attribute.value, in: datagram)
        } else if attribute.type == 18, attribute.value.count > 2, let via = attribute.uint16(in: datagram),
            let family = AddressFamily(rawValue: UInt8(truncatingIfNeeded: via))
        {
            route.gateway = InternetAddress(family, attribute.value.dropFirst(2), in: datagram)
        }
    }
}

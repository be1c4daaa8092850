// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The unicast routes of this host.
///
/// Source: rtnetlink(7) `RTM_GETROUTE`. It asks the running kernel, whatever --path.procfs is, for the routes of this
/// process's network namespace. With full routing tables there are a million, so it has a lane of its own.
struct NetworkRouteCollector: ~Copyable, Collector {
    enum Metric: Int, FamilyKey {
        case info, count

        var family: MetricFamily {
            switch self {
            case .info:
                .gauge(
                    "node_network_route_info", ["dest", "device", "gw", "priority", "proto", "src", "weight"],
                    "1 for each unicast route, or for each next hop of one that has several.")
            case .count: .gauge("node_network_routes", ["device"], "Unicast routes, or next hops, by interface.")
            }
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "network_route", group: .network, isDefault: false, help: "The routing tables.",
        reads: ["rtnetlink RTM_GETROUTE"], sources: [LinkSource.self], lane: .own, shareNanoseconds: 2_000_000_000)

    private let links: LinkSource
    private var socket: RouteNetlinkSocket
    private var table = RouteTable()
    private var positions = LinkPositions()
    /// Routes by the interface's place; the last is for those without one.
    private var counts: [UInt64] = []
    private var text: [UInt8] = []

    init(context: CollectorContext) throws(ConfigurationError) {
        links = try context.source(LinkSource.self)
        socket = RouteNetlinkSocket()
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        do throws(NetlinkError) {
            try socket.dumpRoutes(into: &table)
        } catch {
            throw CollectorError(error)
        }
        let list = try links.links(.names, in: &reader)
        positions.update(list.links)
        counts.removeAll(keepingCapacity: true)
        for _ in 0...list.links.count { counts.append(0) }
        for route in table.routes {
            let position = positions.position(of: route.interfaceIndex)
            let name = position.map { list.name(of: list.links[$0]) } ?? Bytes("")
            counts[position ?? list.links.count] += 1
            write(route, name, into: &writer)
        }
        for (position, count) in counts.enumerated() where count > 0 {
            let name = position < list.links.count ? list.name(of: list.links[position]) : Bytes("")
            writer.write(.count, writer.labels("device", name), count)
        }
        for _ in 0..<table.malformedCount { writer.loseItem("a route's rtnetlink message") }
        if !table.isConsistent { writer.loseItem("routes came or went at each attempt to read them") }
        return .available
    }

    private mutating func write(_ route: RouteTable.Route, _ device: Bytes, into writer: inout Writer) {
        let labels = writer.labels { labels in
            if let destination = route.destination, route.prefixLength > 0 {
                put(destination, prefix: Int(route.prefixLength), "dest", into: &labels)
            } else {
                labels.add("dest", "default" as StaticString)
            }
            labels.add("device", device)
            put(route.gateway, "gw", into: &labels)
            labels.add("priority", Int(route.priority))
            labels.add("proto", Self.name(ofProtocol: route.routingProtocol))
            put(route.source, "src", into: &labels)
            if let weight = route.weight {
                labels.add("weight", Int(weight))
            } else {
                labels.add("weight", "" as StaticString)
            }
        }
        // Two tables may have the same route, which is one series.
        writer.write(.info, labels, 1)
    }

    /// Adds an address, with the length of its prefix where it is a network; nothing where there is none.
    private mutating func put(
        _ address: InternetAddress?, prefix: Int? = nil, _ label: StaticString, into labels: inout LabelText
    ) {
        text.removeAll(keepingCapacity: true)
        address?.appendText(to: &text)
        if let prefix {
            text.append(UInt8(ascii: "/"))
            if prefix >= 100 { text.append(0x30 + UInt8(prefix / 100)) }
            if prefix >= 10 { text.append(0x30 + UInt8(prefix / 10 % 10)) }
            text.append(0x30 + UInt8(prefix % 10))
        }
        Bytes.withView(of: text) { labels.add(label, $0) }
    }

    /// The name of who made a route: the kernel's own and those that routing daemons have registered.
    ///
    /// Source: include/uapi/linux/rtnetlink.h, `RTPROT_*`.
    private static func name(ofProtocol number: UInt8) -> StaticString {
        switch number {
        case 0: "unspec"
        case 1: "redirect"
        case 2: "kernel"
        case 3: "boot"
        case 4: "static"
        case 8: "gated"
        case 9: "ra"
        case 10: "mrt"
        case 11: "zebra"
        case 12: "bird"
        case 13: "dnrouted"
        case 14: "xorp"
        case 15: "ntk"
        case 16: "dhcp"
        case 17: "mrouted"
        case 42: "babel"
        case 186: "bgp"
        case 187: "isis"
        case 188: "ospf"
        case 189: "rip"
        case 192: "eigrp"
        default: "unknown"
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Entries of the IPv4 neighbour table.
///
/// Source: rtnetlink(7) `RTM_GETNEIGH` or /proc/net/arp.
///
/// Both ways leave out what needs no resolution, such as multicast and the loopback interface.
struct ARPCollector: ~Copyable, Collector {
    enum Metric: Int, FamilyKey {
        case entries

        var family: MetricFamily {
            .gauge("node_arp_entries", ["device"], "Entries of the ARP table that belong to the interface.")
        }
    }

    static let deviceInclude = Flag.pattern("collector.arp.device-include", help: "Interfaces to show, all others not.")
    static let deviceExclude = Flag.pattern("collector.arp.device-exclude", help: "Interfaces not to show.")
    static let netlink = Flag.toggle(
        "collector.arp.netlink", default: true,
        help: "Ask the running kernel by rtnetlink; without it /proc/net/arp is read.")

    static let descriptor = CollectorDescriptor(
        name: "arp", group: .network, help: "Entries of the ARP table by interface.",
        reads: ["rtnetlink RTM_GETNEIGH", "/proc/net/arp"],
        sources: [LinkSource.self],
        flags: [
            deviceInclude,
            deviceExclude,
            netlink,
        ])

    /// The fields of a line of /proc/net/arp, of which the interface's name is the last.
    private static let fieldCount = 6

    private struct Count {
        var name: [UInt8]
        var entries: UInt64
    }

    private let file: KernelFile
    private let filter: DeviceFilter
    private let links: LinkSource?
    private var socket: RouteNetlinkSocket
    private var neighbours = NeighbourTable()
    private var counts: [Count] = []
    /// Where in `counts` the device of each line was.
    private var places: [Int] = []
    private var countsByIndex: [Int32: UInt64] = [:]

    init(context: CollectorContext) throws(ConfigurationError) {
        let filter = try DeviceFilter(
            context.options, include: Self.deviceInclude, exclude: Self.deviceExclude)
        let links = context.options[Self.netlink] ? try context.source(LinkSource.self) : nil
        file = KernelFile(context.roots.proc("net/arp"))
        self.filter = filter
        self.links = links
        socket = RouteNetlinkSocket()
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        if let links {
            do throws(CollectorError) {
                try countNeighbours(try links.links(.names, in: &reader), into: &writer)
                return .available
            } catch {
                guard error.isRefusedSocket else { throw error }
                writer.fallBack("rtnetlink is refused, /proc/net/arp is read")
            }
        }
        guard let bytes = try reader.readIfPresent(file) else {
            return .noKernelFeature("\(file.path) is not there")
        }
        countLines(of: bytes, into: &writer)
        return .available
    }

    private mutating func countNeighbours(
        _ list: LinkList, into writer: inout Writer
    ) throws(CollectorError) {
        do throws(NetlinkError) {
            try socket.dumpNeighbours(.ipv4, into: &neighbours)
        } catch {
            throw CollectorError(error)
        }
        countsByIndex.removeAll(keepingCapacity: true)
        for neighbour in neighbours.neighbours where !neighbour.state.subtracting(.noARP).isEmpty {
            countsByIndex[neighbour.interfaceIndex, default: 0] += 1
        }
        for link in list.links {
            guard let entries = countsByIndex[link.index] else { continue }
            let name = list.name(of: link)
            if !filter.ignores(name) { writer.write(Metric.entries, writer.labels("device", name), entries) }
        }
        for _ in 0..<neighbours.malformedCount { writer.loseItem("a neighbour's rtnetlink message") }
    }

    private mutating func countLines(of bytes: Bytes, into writer: inout Writer) {
        for index in counts.indices { counts[index].entries = 0 }
        var lines = ByteScanner(bytes)
        // The line that names the columns.
        guard let header = lines.nextLine(), header.hasPrefix("IP address ") else {
            writer.lose(.malformed(file.path, bytes))
            return
        }
        var number = 0
        while let line = lines.nextLine() {
            defer { number += 1 }
            var fields = ByteScanner(line)
            guard let first = fields.nextField() else { continue }
            guard fields.skipFields(Self.fieldCount - 2), let name = fields.nextField(), fields.nextField() == nil,
                first.firstIndex(of: UInt8(ascii: ".")) != nil
            else {
                writer.loseItem("\(file.path): \(line.upTo(64).text)")
                continue
            }
            if filter.ignores(name) { continue }
            counts[place(of: name, inLine: number)].entries += 1
        }
        counts.removeAll { $0.entries == 0 }
        for count in counts {
            let labels = writer.labels { labels in
                // The pointer does not outlive the call, which copies.
                unsafe count.name.withUnsafeBytes { unsafe labels.add("device", $0) }
            }
            writer.write(Metric.entries, labels, count.entries)
        }
    }

    /// The place of a device's count, made where there is none.
    ///
    /// Lines mostly stay where they are from scrape to scrape, and with them their devices.
    private mutating func place(of name: Bytes, inLine number: Int) -> Int {
        while number >= places.count { places.append(places.last ?? 0) }
        let known = places[number]
        if known < counts.count, name == counts[known].name { return known }
        let place = counts.firstIndex { name == $0.name } ?? counts.count
        if place == counts.count { counts.append(Count(name: name.array, entries: 0)) }
        places[number] = place
        return place
    }
}

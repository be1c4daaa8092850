// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The internet addresses of the interfaces that are shown.
///
/// Source: rtnetlink(7) `RTM_GETADDR`.
struct NetdevAddresses: ~Copyable {
    private let links: LinkSource
    private var socket = RouteNetlinkSocket()
    private var table = AddressTable()
    private var positions = LinkPositions()
    private var text: [UInt8] = []

    /// Addresses whose interfaces' names come from a source.
    init(links: LinkSource) {
        self.links = links
    }

    /// Writes one sample for each address of an interface that the filter does not leave out.
    mutating func collect(
        _ filter: DeviceFilter, from reader: inout KernelFileReader, into writer: inout MetricWriter<NetdevMetric>
    ) throws(CollectorError) {
        let list = try links.links(.names, in: &reader)
        do throws(NetlinkError) {
            try socket.dumpAddresses(into: &table)
        } catch {
            throw CollectorError(error)
        }
        positions.update(list.links)
        for address in table.addresses {
            // It may have come since the links were asked for.
            guard let position = positions.position(of: address.interfaceIndex) else { continue }
            let name = list.name(of: list.links[position])
            if filter.ignores(name) { continue }
            text.removeAll(keepingCapacity: true)
            address.address.appendText(to: &text)
            let labels = writer.labels { labels in
                labels.add("device", name)
                // The pointer does not outlive the call, which copies.
                unsafe text.withUnsafeBytes { unsafe labels.add("address", $0) }
                labels.add("netmask", Int(address.prefixLength))
                labels.add("scope", Self.scope(of: address.address))
            }
            writer.write(NetdevMetric.addressInfo, labels, 1)
        }
        for _ in 0..<table.malformedCount { writer.loseItem("an address's rtnetlink message") }
    }

    /// How far an address reaches, by the address itself and in node_exporter's words.
    private static func scope(of address: InternetAddress) -> StaticString {
        switch address.family {
        case .ipv4:
            let number = UInt32(truncatingIfNeeded: address.high)
            switch number >> 24 {
            case 127: return "link-local"
            case 224 where number >> 8 == 0xE0_0000: return "link-local"
            case 169 where number >> 16 == 0xA9FE: return "link-local"
            case 224..<240: return ""
            default: return number == 0 || number == .max ? "" : "global"
            }
        case .ipv6:
            if address.high == 0, address.low <= 1 { return address.low == 1 ? "link-local" : "" }
            let first = UInt16(truncatingIfNeeded: address.high >> 48)
            if first & 0xFFC0 == 0xFE80 { return "link-local" }
            guard first & 0xFF00 == 0xFF00 else { return "global" }
            return first & 0xF == 2 ? "link-local" : first & 0xF == 1 ? "interface-local" : ""
        }
    }
}

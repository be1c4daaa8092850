// SPDX-License-Identifier: Apache-2.0

@testable import KernelFiles

/// Datagrams of rtnetlink, read by all four tables; the first byte says where the second datagram begins.
enum NetlinkTarget {
    static func run(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let cut = min(bytes.count, 1 + Int(first) * 4)
        let datagrams = [Array(bytes[1..<max(1, cut)]), Array(bytes[max(1, cut)...])]
        var links = LinkTable()
        var addresses = AddressTable()
        var neighbours = NeighbourTable()
        var counters = LinkStatisticsTable()
        let state = read(datagrams, into: &links)
        guard read(datagrams, into: &addresses) == state, read(datagrams, into: &neighbours) == state,
            read(datagrams, into: &counters) == state
        else {
            FuzzTarget.fail("the tables do not agree on how the dump ends")
        }
        var text: [UInt8] = []
        for link in links.links {
            for range in [link.name, link.alias, link.address, link.broadcast] {
                guard links.bytes(of: range).count == range.count else { FuzzTarget.fail("a range beyond the bytes") }
            }
            HardwareAddressText.append(links.bytes(of: link.address), to: &text)
            _ = links.link(index: link.index)
        }
        for (address, label) in zip(addresses.addresses, addresses.labels) {
            guard label.upperBound <= addresses.bytes.count else { FuzzTarget.fail("a label beyond the bytes") }
            address.address.appendText(to: &text)
        }
        var other = links
        guard !other.take(counters) || counters.rows.map(\.index) == links.links.map(\.index) else {
            FuzzTarget.fail("counters of other interfaces were taken")
        }
        links.markInconsistent()
        counters.markInconsistent()
        addresses.markInconsistent()
        neighbours.markInconsistent()
        for datagram in datagrams { walk(0..<datagram.count, of: datagram, depth: 0) }
    }

    /// Reads all as attributes within attributes, whatever they are.
    private static func walk(_ range: Range<Int>, of bytes: [UInt8], depth: Int) {
        var attributes = NetlinkAttributes(range)
        while let attribute = attributes.next(in: bytes.span.bytes) {
            guard range.lowerBound <= attribute.value.lowerBound, attribute.value.upperBound <= range.upperBound else {
                FuzzTarget.fail("a value beyond its attribute")
            }
            guard attribute.text(in: bytes.span.bytes).utf8.count <= 3 * attribute.value.count else {
                FuzzTarget.fail("a text beyond its value")
            }
            _ = attribute.uint64(in: bytes.span.bytes)
            if depth < 4 { walk(attribute.value, of: bytes, depth: depth + 1) }
        }
    }

    private static func read<Table: NetlinkTable>(_ datagrams: [[UInt8]], into table: inout Table) -> NetlinkReply.State
    {
        var reply = NetlinkReply(sequence: 1)
        for datagram in datagrams { reply.read(datagram.span.bytes, into: &table) }
        return reply.state
    }
}

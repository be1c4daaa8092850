// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import Testing

@Suite("Values of netlink")
struct NetlinkValuesTests {
    @Test("states have the names that ip and sysfs give them")
    func states() {
        let neighbours: [(NeighbourState, String)] = [
            ([], "none"), (.incomplete, "incomplete"), (.reachable, "reachable"), (.stale, "stale"),
            (.delay, "delay"), (.probe, "probe"), (.failed, "failed"), (.noARP, "noarp"),
            (.permanent, "permanent"), ([.stale, .probe], ""), (NeighbourState(rawValue: 0x100), ""),
        ]
        for (state, name) in neighbours { #expect(state.name == name) }
        let words = ["unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up", "unknown"]
        for (value, word) in words.enumerated() { #expect(OperationalState(rawValue: UInt8(value)).name == word) }
        #expect(OperationalState.up.name == "up")
    }

    @Test("the flags of sysfs lack what rtnetlink derives and say who is promiscuous")
    func sysfsFlags() {
        var link = Link()
        link.flags = InterfaceFlags(rawValue: 0x31043)
        #expect(link.flags.isSuperset(of: [.up, .running, .lowerUp, .dormant]))
        #expect(link.sysfsFlags.rawValue == 0x1003)
        link.promiscuity = 1
        #expect(link.sysfsFlags.rawValue == 0x1103)
        link.flags.insert(.allMulticast)
        #expect(link.sysfsFlags.contains(.allMulticast))
        link.allMulticastCount = 0
        #expect(!link.sysfsFlags.contains(.allMulticast))
        link.allMulticastCount = 2
        #expect(link.sysfsFlags.rawValue == 0x1303)
    }

    @Test("a link of which nothing is known has no counters and no text")
    func unknownLink() {
        let link = Link()
        #expect(link.statistics == nil && link.hasCarrier == nil && link.masterIndex == nil)
        #expect(link.name.isEmpty && link.alias.isEmpty && link.address.isEmpty)
        #expect(LinkStatistics() == LinkStatistics())
        #expect(LinkStatistics().rxOtherHostDropped == nil)
    }

    @Test("a dump's rows say whose they are")
    func rows() throws {
        var addresses = AddressTable()
        var neighbours = NeighbourTable()
        var builder = NetlinkMessageBuilder()
        builder.message(
            20,
            [10, 64, 0x80, 253] + NetlinkMessageBuilder.number(Int32(4))
                + NetlinkMessageBuilder.attribute(1, [UInt8](repeating: 0, count: 15) + [1]))
        builder.message(
            28,
            [10, 0, 0, 0] + NetlinkMessageBuilder.number(Int32(4)) + NetlinkMessageBuilder.number(UInt16(4))
                + [0, 1])
        builder.done()
        _ = NetlinkMessageBuilder.read([builder.bytes], into: &addresses)
        _ = NetlinkMessageBuilder.read([builder.bytes], into: &neighbours)
        let address: InterfaceAddress = try #require(addresses.addresses.first)
        #expect(address.interfaceIndex == 4)
        #expect(address.address == InternetAddress(ipv6: 0, 1))
        #expect(address.prefixLength == 64 && address.scope == 253 && address.flags == 0x80)
        let neighbour: Neighbour = try #require(neighbours.neighbours.first)
        #expect(neighbour.interfaceIndex == 4 && neighbour.family == .ipv6 && neighbour.state == .stale)
    }

    @Test("the families of netlink have the kernel's numbers and its documentation's names")
    func families() {
        let families: [(NetlinkFamily, Int32, String)] = [
            (.route, 0, "rtnetlink"), (.socketDiagnostics, 4, "sock_diag"), (.generic, 16, "generic netlink"),
        ]
        for (family, number, name) in families {
            #expect(family.rawValue == number)
            #expect(family.name == name)
        }
    }
}

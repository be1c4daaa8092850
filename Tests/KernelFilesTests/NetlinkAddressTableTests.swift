// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import KernelFiles

@Suite("Addresses and neighbours from a dump")
struct NetlinkAddressTableTests {
    typealias Builder = NetlinkMessageBuilder

    private func text(_ address: InternetAddress) -> String {
        var text: [UInt8] = []
        address.appendText(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private func libraryText(_ family: Int32, _ bytes: [UInt8]) -> String {
        var buffer = [CChar](repeating: 0, count: 64)
        inet_ntop(family, bytes, &buffer, 64)
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    @Test("addresses come with prefix, scope, label and long flags, the local one before the peer's")
    func addresses() {
        var builder = Builder()
        let own = Builder.attribute(1, [10, 0, 0, 2]) + Builder.attribute(2, [10, 0, 0, 1])
        let label = Builder.attribute(3, Array("eth0:1".utf8) + [0])
        let flags = Builder.attribute(8, Builder.number(UInt32(0x200)))
        builder.message(20, [2, 24, 0x80, 253] + Builder.number(Int32(4)) + own + label + flags)
        let six = Builder.attribute(1, [0xfe, 0x80] + [UInt8](repeating: 0, count: 13) + [1])
        builder.message(20, [10, 64, 0x80, 0] + Builder.number(Int32(4)) + six)
        builder.message(20, [12, 64, 0x80, 0] + Builder.number(Int32(4)) + six)
        builder.message(20, [2, 64, 0x80, 0] + Builder.number(Int32(4)) + six)
        builder.message(20, [2, 64])
        builder.done()
        var table = AddressTable()
        let reply = Builder.read([builder.bytes], into: &table)
        #expect(reply.state == .complete)
        #expect(table.addresses.map { text($0.address) } == ["10.0.0.1", "fe80::1"])
        #expect(table.addresses.map { text($0.peer) } == ["10.0.0.2", "fe80::1"])
        #expect(table.addresses.map(\.prefixLength) == [24, 64])
        #expect(table.addresses.map(\.scope) == [253, 0])
        #expect(table.addresses.map(\.flags) == [0x200, 0x80])
        #expect(table.addresses.map(\.interfaceIndex) == [4, 4])
        #expect(table.labels.map { String(decoding: table.bytes[$0], as: UTF8.self) } == ["eth0:1", ""])
        #expect(table.malformedCount == 2)
    }

    @Test("an address that came twice in a changing list stays once, with its label")
    func doubledAddresses() {
        var builder = Builder()
        for last in [1, 1, 2] as [UInt8] {
            let attributes = Builder.attribute(2, [10, 0, 0, last]) + Builder.attribute(3, [0x61 + last, 0])
            builder.message(20, [2, 8, 0, 0] + Builder.number(Int32(1)) + attributes)
        }
        var table = AddressTable()
        _ = Builder.read([builder.bytes], into: &table)
        table.markInconsistent()
        #expect(table.addresses.map { text($0.address) } == ["10.0.0.1", "10.0.0.2"])
        #expect(table.labels.map { table.bytes[$0].first } == [0x62, 0x63])
        #expect(!table.isConsistent)
    }

    @Test("neighbours come with their state, and a bridge's entries are none")
    func neighbours() {
        var builder = Builder()
        for (family, state) in [(2, 0x02), (2, 0x40), (10, 0x04), (7, 0x80), (2, 0x00)] as [(UInt8, UInt16)] {
            builder.message(
                28,
                [family, 0, 0, 0] + Builder.number(Int32(4)) + Builder.number(state) + [0, 1]
                    + Builder.attribute(1, [10, 0, 0, 1])
            )
        }
        builder.message(28, [2, 0, 0, 0])
        builder.done()
        var table = NeighbourTable()
        let reply = Builder.read([builder.bytes], into: &table)
        #expect(reply.state == .complete)
        #expect(table.neighbours.map(\.state) == [.reachable, .noARP, .stale, []])
        #expect(table.neighbours.map(\.state.name) == ["reachable", "noarp", "stale", "none"])
        #expect(table.neighbours.map(\.family) == [.ipv4, .ipv4, .ipv6, .ipv4])
        #expect(table.malformedCount == 1)
    }

    @Test("addresses read as the C library writes them")
    func addressText() {
        var generator = NetlinkGenerator(state: 7)
        for _ in 0..<2_000 {
            var bytes = (0..<16).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            // Zero some groups, so that runs of zeros are frequent; the first stays, as the C library writes
            // addresses below ::1:0:0 in its own way.
            for group in 1..<8 where generator.next() % 2 == 0 { bytes[group * 2] = 0; bytes[group * 2 + 1] = 0 }
            bytes[0] |= 1
            let high = bytes[0..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let low = bytes[8..<16].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            #expect(text(InternetAddress(ipv6: high, low)) == libraryText(AF_INET6, bytes))
            #expect(text(InternetAddress(ipv4: UInt32(high >> 32))) == libraryText(AF_INET, bytes))
        }
        #expect(text(InternetAddress(ipv6: 0, 0)) == "::")
        #expect(text(InternetAddress(ipv6: 0, 1)) == "::1")
        #expect(text(InternetAddress(ipv6: 1 << 48, 0)) == "1::")
        #expect(text(InternetAddress(ipv6: 0, 0xffff_7f00_0001)) == "::ffff:127.0.0.1")
        #expect(text(InternetAddress(ipv4: 0x7f00_0001)) == "127.0.0.1")
    }

    @Test("hardware addresses of any length have two digits a byte")
    func hardwareAddresses() {
        func text(_ bytes: [UInt8]) -> String {
            var text: [UInt8] = []
            HardwareAddressText.append(bytes[...], to: &text)
            return String(decoding: text, as: UTF8.self)
        }
        #expect(text([]) == "")
        #expect(text([0x02, 0xfc, 0x00, 0x0a, 0xff, 0x01]) == "02:fc:00:0a:ff:01")
        #expect(text([UInt8](repeating: 0xab, count: 20)) == String(repeating: "ab:", count: 19) + "ab")
    }
}

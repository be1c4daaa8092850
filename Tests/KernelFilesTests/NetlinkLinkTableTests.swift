// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import KernelFiles

@Suite("Links from a dump")
struct NetlinkLinkTableTests {
    typealias Builder = NetlinkMessageBuilder

    private func table(extra: [UInt8]) -> LinkTable {
        var builder = Builder()
        builder.link(4, "eth0", extra: extra)
        builder.done()
        var table = LinkTable()
        let reply = Builder.read([builder.bytes], into: &table)
        #expect(reply.state == .complete)
        return table
    }

    @Test("a typical message gives every field")
    func typical() throws {
        let table = table(extra: Builder.attribute(20, Array("to the \"core\"".utf8) + [0]))
        let link = try #require(table.links.first)
        #expect(link.index == 4)
        #expect(link.hardwareType == 1)
        #expect(link.flags.contains([.up, .running, .lowerUp]))
        #expect(link.sysfsFlags.rawValue == 0x1003)
        #expect(link.operationalState == .up)
        #expect(link.operationalState.name == "up")
        #expect(link.hasCarrier == true)
        #expect(link.carrierChanges == 5)
        #expect(link.carrierUpCount == 3)
        #expect(link.carrierDownCount == 2)
        #expect(link.mtuBytes == 1500)
        #expect(link.transmitQueueLength == 1000)
        #expect(link.group == 7)
        #expect(link.lowerIndex == 4, "an interface without one below is its own")
        #expect(link.masterIndex == nil)
        #expect(link.isProtocolDown == nil)
        #expect(Array(table.bytes(of: link.name)) == Array("eth0".utf8))
        #expect(Array(table.bytes(of: link.alias)) == Array("to the \"core\"".utf8))
        #expect(Array(table.bytes(of: link.broadcast)) == [UInt8](repeating: 0xff, count: 6))
        #expect(link.statistics?.rxPackets == 1000)
        #expect(link.statistics?.txWindowErrors == 1020)
        #expect(link.statistics?.rxNoHandler == 1023)
        #expect(link.statistics?.rxOtherHostDropped == 1024)
        #expect(table.link(index: 4) == link)
        #expect(table.link(index: 5) == nil)
        #expect(table.malformedCount == 0)
        #expect(table.isConsistent)
    }

    @Test("further names of an interface are its own, and those of a message that lies are forgotten")
    func alternativeNames() {
        func names(_ texts: [String]) -> [UInt8] {
            Builder.attribute(52, texts.flatMap { Builder.attribute(53, Array($0.utf8) + [0]) })
        }
        let long = String(repeating: "enp0s31f6", count: 14)
        var builder = Builder()
        builder.link(1, "lo")
        builder.link(2, "eth0", extra: names(["uplink", long]))
        builder.link(3, "eth1", extra: names(["lost"]) + Builder.attribute(20, [1], length: 90))
        builder.link(4, "eth2", extra: names([String(repeating: "a", count: 128)]))
        builder.link(5, "eth3", extra: names(["last"]))
        builder.done()
        var table = LinkTable()
        #expect(Builder.read([builder.bytes], into: &table).state == .complete)
        func text(_ link: Link) -> [String] {
            table.alternativeNames[link.alternativeNames].map {
                String(decoding: table.bytes(of: $0), as: UTF8.self)
            }
        }
        #expect(table.links.map(\.index) == [1, 2, 5])
        #expect(table.links.map(text) == [[], ["uplink", long], ["last"]])
        #expect(table.alternativeNames.count == 3)
        #expect(table.malformedCount == 2)
        table.removeAll()
        #expect(table.alternativeNames.isEmpty)
    }

    @Test("an older kernel's shorter counters leave the newer ones out")
    func shorterStatistics() throws {
        let short = Builder.attribute(23, (0..<23).flatMap { Builder.number(UInt64(7 + $0)) })
        let link = try #require(table(extra: short).links.first)
        #expect(link.statistics?.txCompressed == 29)
        #expect(link.statistics?.rxNoHandler == 0)
        #expect(link.statistics?.rxOtherHostDropped == nil)
    }

    @Test("unknown attributes and nested flags are passed over")
    func unknownAttributes() throws {
        let extra =
            Builder.attribute(999, [1, 2, 3]) + Builder.attribute(18 | 0x8000, Builder.attribute(1, Array("veth".utf8)))
            + Builder.attribute(5, Builder.number(Int32(9))) + Builder.attribute(10, Builder.number(Int32(2)))
        let link = try #require(table(extra: extra).links.first)
        #expect(link.lowerIndex == 9)
        #expect(link.masterIndex == 2)
    }

    @Test("promiscuity shows in the flags of sysfs whoever asked for it")
    func promiscuity() throws {
        let extra = Builder.attribute(30, Builder.number(UInt32(1))) + Builder.attribute(61, Builder.number(UInt32(1)))
        let link = try #require(table(extra: extra).links.first)
        #expect(!link.flags.contains(.promiscuous))
        #expect(link.sysfsFlags.rawValue == 0x1303)
    }

    @Test("two messages in one datagram and a third in the next all arrive, and other sequences do not")
    func severalMessages() {
        var first = Builder()
        first.link(1, "lo")
        first.link(2, "eth0")
        first.sequence = 99
        first.link(3, "stale")
        first.done()
        var second = Builder()
        second.link(4, "eth1")
        second.done()
        var table = LinkTable()
        let reply = Builder.read([first.bytes, second.bytes], into: &table)
        #expect(reply.state == .complete)
        #expect(
            table.links.map { String(decoding: table.bytes(of: $0.name), as: UTF8.self) } == ["lo", "eth0", "eth1"])
    }

    @Test("a broken message loses only its own interface")
    func brokenMessage() {
        var builder = Builder()
        builder.link(1, "lo")
        builder.link(2, "bad", extra: Builder.attribute(4, [1, 2]))
        builder.link(3, "lies", extra: Builder.attribute(77, [1, 2, 3, 4], length: 400))
        builder.link(4, "zero", extra: Builder.attribute(77, [], length: 0))
        builder.link(5, "a-name-longer-than-fifteen")
        builder.link(6, "")
        builder.link(-1, "negative")
        builder.message(16, [0, 0])
        builder.link(8, "good")
        builder.done()
        var table = LinkTable()
        let reply = Builder.read([builder.bytes], into: &table)
        #expect(reply.state == .complete)
        #expect(table.links.map(\.index) == [1, 8])
        #expect(table.malformedCount == 7)
        #expect(Array(table.bytes(of: table.links[1].name)) == Array("good".utf8))
    }

    @Test("a list that kept changing leaves no interface doubled, by number or by name")
    func inconsistent() {
        var builder = Builder()
        builder.link(1, "lo")
        builder.link(2, "eth0")
        builder.link(2, "eth0")
        builder.link(3, "eth0")
        builder.done()
        var table = LinkTable()
        _ = Builder.read([builder.bytes], into: &table)
        table.markInconsistent()
        #expect(table.links.map(\.index) == [1, 2])
        #expect(!table.isConsistent)
    }

    @Test("a range of another table gives no bytes instead of a trap")
    func foreignRange() {
        #expect(LinkTable().bytes(of: 3..<9).isEmpty)
    }
}

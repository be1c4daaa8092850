// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import KernelFiles

@Suite("Routes and queueing disciplines from a dump")
struct NetlinkRouteTableTests {
    typealias Builder = NetlinkMessageBuilder

    private func text(_ address: InternetAddress?) -> String {
        var text: [UInt8] = []
        address?.appendText(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// `struct rtmsg`: family, lengths of the prefixes, type of service, table, protocol, scope, type and flags.
    private func head(_ family: UInt8, prefix: UInt8, proto: UInt8 = 3, type: UInt8 = 1) -> [UInt8] {
        [family, prefix, 0, 0, 254, proto, 0, type, 0, 0, 0, 0]
    }

    @Test("a route has destination, router, interface, metric, protocol and source")
    func single() {
        var builder = Builder()
        builder.message(
            24,
            head(2, prefix: 0) + Builder.attribute(5, [192, 0, 2, 1]) + Builder.attribute(4, Builder.number(Int32(4)))
                + Builder.attribute(6, Builder.number(UInt32(100))))
        builder.message(
            24,
            head(2, prefix: 24, proto: 2) + Builder.attribute(1, [198, 51, 100, 0])
                + Builder.attribute(7, [198, 51, 100, 9]) + Builder.attribute(4, Builder.number(Int32(5))))
        // A local address, a multicast route and one of another protocol are none of ours.
        builder.message(24, head(2, prefix: 32, type: 2) + Builder.attribute(1, [198, 51, 100, 9]))
        builder.message(24, head(128, prefix: 32, type: 5) + Builder.attribute(1, [224, 0, 0, 9]))
        builder.message(24, head(28, prefix: 20) + Builder.attribute(1, [0, 6, 65, 0]))
        builder.done()
        var table = RouteTable()
        #expect(Builder.read([builder.bytes], into: &table).state == .complete)
        #expect(table.malformedCount == 0)
        #expect(table.routes.map { text($0.destination) } == ["", "198.51.100.0"])
        #expect(table.routes.map { text($0.gateway) } == ["192.0.2.1", ""])
        #expect(table.routes.map { text($0.source) } == ["", "198.51.100.9"])
        #expect(table.routes.map(\.prefixLength) == [0, 24])
        #expect(table.routes.map(\.priority) == [100, 0])
        #expect(table.routes.map(\.routingProtocol) == [3, 2])
        #expect(table.routes.map(\.interfaceIndex) == [4, 5])
        #expect(table.routes.map(\.weight) == [nil, nil])
        table.markInconsistent()
        #expect(!table.isConsistent)
    }

    /// `struct rtnexthop` with its attributes.
    private func hop(_ index: Int32, hops: UInt8, _ attributes: [UInt8], length: Int? = nil) -> [UInt8] {
        Builder.number(UInt16(length ?? attributes.count + 8)) + [0, hops] + Builder.number(index) + attributes
    }

    @Test("a route of several next hops is there once for each, with its share and its router of either family")
    func multipath() {
        let via = Builder.number(UInt16(10)) + [0xfe, 0x80] + [UInt8](repeating: 0, count: 13) + [7]
        let hops =
            hop(4, hops: 0, Builder.attribute(5, [192, 0, 2, 1])) + hop(5, hops: 9, Builder.attribute(18, via))
        var builder = Builder()
        builder.message(
            24, head(2, prefix: 8, proto: 186) + Builder.attribute(1, [10, 0, 0, 0]) + Builder.attribute(9, hops))
        builder.done()
        var table = RouteTable()
        #expect(Builder.read([builder.bytes], into: &table).state == .complete)
        #expect(table.routes.map(\.interfaceIndex) == [4, 5])
        #expect(table.routes.map(\.weight) == [1, 10])
        #expect(table.routes.map { text($0.gateway) } == ["192.0.2.1", "fe80::7"])
        #expect(table.routes.map { text($0.destination) } == ["10.0.0.0", "10.0.0.0"])
    }

    @Test("a route that is cut, has no destination for its prefix, or whose next hops lie is lost whole")
    func malformedRoutes() {
        let good = hop(4, hops: 0, Builder.attribute(5, [192, 0, 2, 1]))
        let network = Builder.attribute(1, [10, 0, 0, 0])
        let payloads: [[UInt8]] = [
            [2, 8], head(2, prefix: 8), head(2, prefix: 33) + network,
            head(2, prefix: 8) + Builder.attribute(1, [10, 0]),
            head(2, prefix: 8) + network + Builder.attribute(9, good + hop(5, hops: 0, [], length: 7)),
            head(2, prefix: 8) + network + Builder.attribute(9, good + hop(5, hops: 0, [], length: 400)),
            head(2, prefix: 8) + network + Builder.attribute(6, [1], length: 400),
        ]
        var builder = Builder()
        for payload in payloads { builder.message(24, payload) }
        builder.done()
        var table = RouteTable()
        _ = Builder.read([builder.bytes], into: &table)
        #expect(table.routes.isEmpty)
        #expect(table.malformedCount == payloads.count)
    }

    /// `struct tcmsg`: family, padding, interface, handle, parent, information.
    private func discipline(_ index: Int32, parent: UInt32, _ attributes: [UInt8]) -> [UInt8] {
        [0, 0, 0, 0] + Builder.number(index) + Builder.number(UInt32(0x8001_0000)) + Builder.number(parent)
            + Builder.number(UInt32(2)) + attributes
    }

    private func statistics(packets: UInt64? = nil) -> [UInt8] {
        let basic = Builder.number(UInt64(1) << 40) + Builder.number(UInt32(7)) + Builder.number(UInt32(0))
        var nested = Builder.attribute(1, basic)
        nested += Builder.attribute(3, [3, 900, 11, 12, 13].flatMap { Builder.number(UInt32($0)) })
        if let packets { nested += Builder.attribute(8, Builder.number(packets)) }
        return Builder.attribute(7, nested)
    }

    private let kind = NetlinkMessageBuilder.attribute(1, Array("fq_codel".utf8) + [0])

    @Test("a discipline at the root of an interface has its kind and counters, and its children are none of ours")
    func disciplines() {
        var builder = Builder()
        builder.message(36, discipline(4, parent: 0xFFFF_FFFF, kind + statistics()))
        builder.message(36, discipline(5, parent: 0, kind + statistics(packets: 1 << 33)))
        builder.message(36, discipline(4, parent: 0x8001_0001, kind + statistics()))
        builder.message(36, discipline(4, parent: 0xFFFF_FFF1, kind + statistics()))
        builder.done()
        var table = QueueingDisciplineTable()
        #expect(Builder.read([builder.bytes], into: &table).state == .complete)
        #expect(table.rows.map(\.interfaceIndex) == [4, 5])
        #expect(table.rows.map { String(decoding: table.bytes[$0.kind], as: UTF8.self) } == ["fq_codel", "fq_codel"])
        var counters = QueueingDisciplineCounters()
        counters.bytes = 1 << 40
        counters.packets = 7
        counters.queueLength = 3
        counters.backlog = 900
        counters.drops = 11
        counters.requeues = 12
        counters.overlimits = 13
        #expect(table.rows.first?.counters == counters)
        #expect(table.rows.last?.counters.packets == 1 << 33)
        #expect(table.malformedCount == 0 && table.isConsistent)
    }

    @Test("a discipline without kind or counters, or with some that are cut, is lost")
    func malformedDisciplines() {
        let cut = Builder.attribute(7, Builder.attribute(1, [1, 2, 3, 4]))
        let payloads: [[UInt8]] = [
            [0, 0, 0, 0], discipline(4, parent: 0xFFFF_FFFF, kind), discipline(4, parent: 0xFFFF_FFFF, statistics()),
            discipline(4, parent: 0xFFFF_FFFF, kind + cut), discipline(-1, parent: 0, kind + statistics()),
            discipline(4, parent: 0, Builder.attribute(1, [UInt8](repeating: 0x61, count: 40)) + statistics()),
        ]
        var builder = Builder()
        for payload in payloads { builder.message(36, payload) }
        builder.done()
        var table = QueueingDisciplineTable()
        _ = Builder.read([builder.bytes], into: &table)
        #expect(table.rows.isEmpty && table.bytes.isEmpty)
        #expect(table.malformedCount == payloads.count)
        table.markInconsistent()
        #expect(!table.isConsistent)
    }

    @Test("whatever the bytes are, reading routes and disciplines never traps")
    func anything() {
        var builder = Builder()
        let hops = hop(4, hops: 0, Builder.attribute(5, [192, 0, 2, 1])) + hop(5, hops: 1, [])
        builder.message(24, head(2, prefix: 8) + Builder.attribute(1, [10, 0, 0, 0]) + Builder.attribute(9, hops))
        builder.message(36, discipline(4, parent: 0, kind + statistics(packets: 5)))
        builder.done()
        var generator = NetlinkGenerator(state: 11)
        for _ in 0..<5_000 {
            var bytes = builder.bytes
            for _ in 0...Int.random(in: 0..<4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            var routes = RouteTable()
            _ = Builder.read([bytes], into: &routes)
            #expect(routes.routes.allSatisfy { $0.prefixLength <= 128 })
            var disciplines = QueueingDisciplineTable()
            _ = Builder.read([bytes], into: &disciplines)
            #expect(disciplines.rows.allSatisfy { $0.kind.upperBound <= disciplines.bytes.count })
        }
    }

    @Test(
        "the running kernel's routes and disciplines are read whole",
        .enabled("this environment has no rtnetlink", { NetlinkSocketTests.isAllowed }))
    func live() throws {
        var socket = RouteNetlinkSocket()
        var routes = RouteTable()
        try socket.dumpRoutes(into: &routes)
        #expect(routes.malformedCount == 0)
        var disciplines = QueueingDisciplineTable()
        try socket.dumpQueueingDisciplines(into: &disciplines)
        #expect(disciplines.malformedCount == 0)
    }
}

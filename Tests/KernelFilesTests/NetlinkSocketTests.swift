// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import KernelFiles

@Suite("The rtnetlink socket")
struct NetlinkSocketTests {
    typealias Builder = NetlinkMessageBuilder

    /// A socket that finds the given datagrams waiting, and the other end to see its requests.
    private func pair(_ datagrams: [[UInt8]]) throws -> (ours: Int32, peer: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
        for datagram in datagrams { #expect(send(ends[1], datagram, datagram.count, 0) == datagram.count) }
        var limit = timeval(tv_sec: 0, tv_usec: 50_000)
        setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        return (ends[0], ends[1])
    }

    private func requestCount(at peer: Int32) -> Int {
        var count = 0
        var bytes = [UInt8](repeating: 0, count: 64)
        while recv(peer, &bytes, bytes.count, Int32(MSG_DONTWAIT)) > 0 { count += 1 }
        return count
    }

    private func whole(sequence: UInt32, flags: UInt16 = 2) -> [UInt8] {
        var builder = Builder()
        builder.sequence = sequence
        builder.link(1, "lo")
        builder.link(2, "eth0")
        builder.done(flags: flags)
        return builder.bytes
    }

    @Test("a request has the layout that strict kernels want")
    func request() {
        var bytes: [UInt8] = []
        NetlinkRequest.linksWithoutStatistics.write(flags: 0x300, sequence: 258, to: &bytes)
        let expected: [UInt8] =
            Builder.number(UInt32(40)) + Builder.number(UInt16(18)) + Builder.number(UInt16(0x301))
            + Builder.number(UInt32(258)) + [UInt8](repeating: 0, count: 20)
            + Builder.attribute(29, Builder.number(UInt32(8)))
        #expect(bytes == expected)
        NetlinkRequest.neighbours(.ipv4).write(flags: 0x300, sequence: 1, to: &bytes)
        #expect(bytes.count == 28)
        #expect(bytes[16] == 2)
        NetlinkRequest.addresses.write(flags: 0x300, sequence: 1, to: &bytes)
        #expect(bytes.count == 24)
        NetlinkRequest.statistics.write(flags: 0x300, sequence: 1, to: &bytes)
        let statistics: [UInt8] =
            Builder.number(UInt32(28)) + Builder.number(UInt16(94)) + Builder.number(UInt16(0x301))
            + Builder.number(UInt32(1)) + [UInt8](repeating: 0, count: 12) + Builder.number(UInt32(1))
        #expect(bytes == statistics)
    }

    @Test("counters of a later dump take the place of the earlier ones")
    func statistics() throws {
        var later = Builder()
        later.sequence = 2
        later.statistics(1, first: 5000)
        later.statistics(2, first: 6000, count: 23)
        later.done()
        let ends = try pair([whole(sequence: 1), later.bytes])
        defer { close(ends.peer) }
        var socket = RouteNetlinkSocket(descriptor: ends.ours)
        var links = LinkTable()
        var counters = LinkStatisticsTable()
        try socket.dumpLinks(into: &links)
        try socket.dumpStatistics(into: &counters)
        let isTaken = links.take(counters)
        #expect(isTaken)
        #expect(links.links.map { $0.statistics?.rxPackets } == [5000, 6000])
        #expect(links.links.map { $0.statistics?.rxNoHandler } == [5023, 0])
        #expect(links.links.map { Array(links.bytes(of: $0.name)) } == ["lo", "eth0"].map { Array($0.utf8) })
    }

    @Test("counters of other interfaces, and broken ones, are not taken")
    func strangeStatistics() throws {
        func isTaken(_ build: (inout Builder) -> Void) -> Bool {
            var links = LinkTable()
            _ = Builder.read([whole(sequence: 1)], into: &links)
            var builder = Builder()
            build(&builder)
            builder.done()
            var counters = LinkStatisticsTable()
            #expect(Builder.read([builder.bytes], into: &counters).state == .complete)
            return links.take(counters)
        }
        #expect(
            isTaken {
                $0.statistics(1, first: 0); $0.statistics(2, first: 0)
            })
        #expect(!isTaken { _ in })
        #expect(!isTaken { $0.statistics(1, first: 0) })
        #expect(
            !isTaken {
                $0.statistics(1, first: 0); $0.statistics(3, first: 0)
            })
        #expect(
            !isTaken {
                $0.statistics(2, first: 0); $0.statistics(1, first: 0)
            })
        #expect(!isTaken { for index in 1...3 as ClosedRange<Int32> { $0.statistics(index, first: 0) } })
        #expect(
            !isTaken {
                $0.statistics(1, first: 0); $0.statistics(2, first: 0, count: 22)
            })
        #expect(
            !isTaken {
                $0.statistics(1, first: 0)
                $0.statistics(2, first: 0)
                $0.statistics(0, first: 0)
            })
        #expect(
            !isTaken {
                $0.statistics(1, first: 0)
                $0.statistics(2, first: 0)
                $0.message(92, [1, 2, 3])
            })
    }

    @Test("the running kernel's counters are of the interfaces that it lists", .enabled(if: isAllowed, "needs netlink"))
    func liveStatistics() throws {
        var socket = RouteNetlinkSocket()
        var links = LinkTable()
        var counters = LinkStatisticsTable()
        try socket.dumpLinks(into: &links)
        do throws(NetlinkError) {
            try socket.dumpStatistics(into: &counters)
        } catch {
            // Kernels before 4.7.
            #expect(error.errno == EOPNOTSUPP)
            return
        }
        #expect(counters.malformedCount == 0)
        #expect(counters.rows.map(\.index) == links.links.map(\.index))
        for (row, link) in zip(counters.rows, links.links) {
            #expect(row.statistics.rxBytes >= link.statistics?.rxBytes ?? .max)
        }
        let isTaken = links.take(counters)
        #expect(isTaken)
    }

    @Test("a watch says yes at first and no while nothing changes", .enabled(if: isAllowed, "needs netlink"))
    func watch() {
        var watch = LinkChangeWatch()
        let first = watch.hasChanged()
        #expect(first)
        // Somebody may change an interface meanwhile, but not for ever.
        var answers: [Bool] = []
        for _ in 0..<20 where answers.last != false { answers.append(watch.hasChanged()) }
        #expect(answers.last == false)
    }

    @Test("an interrupted dump is asked for again")
    func interrupted() throws {
        let ends = try pair([whole(sequence: 1, flags: 0x12), whole(sequence: 2)])
        defer { close(ends.peer) }
        var socket = RouteNetlinkSocket(descriptor: ends.ours)
        var table = LinkTable()
        try socket.dumpLinks(into: &table)
        #expect(table.links.count == 2)
        #expect(table.isConsistent)
        #expect(requestCount(at: ends.peer) == 2)
    }

    @Test("a dump that is interrupted four times is taken as it is, and says so")
    func alwaysInterrupted() throws {
        let ends = try pair((1...4).map { whole(sequence: $0, flags: 0x12) })
        defer { close(ends.peer) }
        var socket = RouteNetlinkSocket(descriptor: ends.ours)
        var table = LinkTable()
        try socket.dumpLinks(into: &table)
        #expect(table.links.count == 2)
        #expect(!table.isConsistent)
        #expect(requestCount(at: ends.peer) == 4)
        let isOpen = socket.isOpen
        #expect(isOpen)
    }

    @Test("silence, a refusal and a lie are errors that empty the table and close the socket")
    func errors() throws {
        func error(_ datagrams: [[UInt8]]) throws -> NetlinkError? {
            let ends = try pair(datagrams)
            defer { close(ends.peer) }
            var socket = RouteNetlinkSocket(descriptor: ends.ours)
            var table = LinkTable()
            var caught: NetlinkError?
            do throws(NetlinkError) { try socket.dumpLinks(into: &table) } catch { caught = error }
            #expect(table.links.isEmpty)
            let isOpen = socket.isOpen
            #expect(!isOpen)
            return caught
        }
        var half = Builder()
        half.link(1, "lo")
        var refusal = Builder()
        refusal.message(2, Builder.number(Int32(-EPERM)) + [UInt8](repeating: 0, count: 16))
        #expect(try error([]) == NetlinkError(operation: "recv", errno: ETIMEDOUT))
        #expect(try error([half.bytes]) == NetlinkError(operation: "recv", errno: ETIMEDOUT))
        #expect(try error([half.bytes, refusal.bytes]) == NetlinkError(operation: "reply", errno: EPERM))
        #expect(try error([half.bytes, [1, 2, 3]]) == NetlinkError(operation: "reply", errno: EBADMSG))
        #expect(try error([half.bytes, []]) == NetlinkError(operation: "recv", errno: EBADMSG))
    }

    /// Whether this environment lets us have the socket at all.
    static let isAllowed: Bool = {
        let descriptor = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if descriptor >= 0 { close(descriptor) }
        return descriptor >= 0
    }()

    @Test("a datagram larger than the buffer grows it and is asked for again", .enabled(if: isAllowed, "needs netlink"))
    func largeDatagram() throws {
        let large = [UInt8](repeating: 0, count: 40_000)
        let ends = try pair([large])
        defer { close(ends.peer) }
        var socket = RouteNetlinkSocket(descriptor: ends.ours)
        var table = LinkTable()
        // The second attempt is on a fresh socket, so it is the kernel that answers.
        try socket.dumpLinks(into: &table)
        #expect(!table.links.isEmpty)
        #expect(requestCount(at: ends.peer) == 1)
    }

    @Test("the running kernel's loopback interface is there, dump after dump", .enabled(if: isAllowed, "needs netlink"))
    func loopback() throws {
        var socket = RouteNetlinkSocket()
        var links = LinkTable()
        for round in 0..<3 {
            try socket.dumpLinks(into: &links, withStatistics: round != 1)
            let loopback = try #require(links.links.first { $0.flags.contains(.loopback) })
            #expect(Array(links.bytes(of: loopback.name)) == Array("lo".utf8))
            #expect(loopback.hardwareType == 772)
            #expect(loopback.lowerIndex == loopback.index)
            #expect(loopback.statistics != nil || round == 1)
            #expect(links.malformedCount == 0)
            let isOpen = socket.isOpen
            #expect(isOpen)
        }
        var addresses = AddressTable()
        try socket.dumpAddresses(into: &addresses)
        #expect(addresses.malformedCount == 0)
        let interfaces = Set(links.links.map(\.index))
        #expect(addresses.addresses.allSatisfy { interfaces.contains($0.interfaceIndex) })
        var neighbours = NeighbourTable()
        for family in [AddressFamily.ipv4, .ipv6] {
            try socket.dumpNeighbours(family, into: &neighbours)
            #expect(neighbours.malformedCount == 0)
            #expect(neighbours.neighbours.allSatisfy { $0.family == family })
        }
    }
}

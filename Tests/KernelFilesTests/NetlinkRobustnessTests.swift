// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import KernelFiles

/// A small generator with a fixed seed, so that a failure can be repeated.
struct NetlinkGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

@Suite("Dumps that lie")
struct NetlinkRobustnessTests {
    typealias Builder = NetlinkMessageBuilder

    private var typical: [UInt8] {
        var builder = Builder()
        builder.link(1, "lo", extra: Builder.attribute(20, Array("alias".utf8) + [0]))
        builder.link(2, "eth0")
        let attributes = Builder.attribute(1, [10, 0, 0, 2]) + Builder.attribute(3, Array("eth0".utf8) + [0])
        builder.message(20, [2, 24, 0x80, 253] + Builder.number(Int32(4)) + attributes)
        builder.statistics(1, first: 100)
        builder.message(28, [2, 0, 0, 0] + Builder.number(Int32(4)) + Builder.number(UInt16(2)) + [0, 1])
        builder.done()
        return builder.bytes
    }

    /// Feeds the bytes to all four tables and touches all that they hold.
    private func readAll(_ bytes: [UInt8]) -> NetlinkReply.State {
        var links = LinkTable()
        var addresses = AddressTable()
        var neighbours = NeighbourTable()
        let reply = Builder.read([bytes], into: &links)
        #expect(Builder.read([bytes], into: &addresses).state == reply.state)
        #expect(Builder.read([bytes], into: &neighbours).state == reply.state)
        var counters = LinkStatisticsTable()
        #expect(Builder.read([bytes], into: &counters).state == reply.state)
        var other = links
        _ = other.take(counters)
        for link in links.links {
            for range in [link.name, link.alias, link.address, link.broadcast] {
                #expect(links.bytes(of: range).count == range.count)
            }
        }
        #expect(addresses.labels.count == addresses.addresses.count)
        #expect(addresses.labels.allSatisfy { $0.upperBound <= addresses.bytes.count })
        links.markInconsistent()
        return reply.state
    }

    @Test("every prefix of a datagram is read without a trap, and never taken for the whole")
    func prefixes() {
        let whole = typical
        #expect(readAll(whole) == .complete)
        for length in 0..<whole.count {
            #expect(readAll(Array(whole[..<length])) != .complete)
        }
    }

    @Test(
        "a message whose length lies ends the dump",
        arguments: [0, 1, 15, 1_000, 0x7fff_ffff, 0xffff_fffc, 0xffff_ffff]
    )
    func lyingLengths(length: Int) {
        var builder = Builder()
        builder.link(1, "lo")
        builder.message(16, Builder.linkPayload(2, "eth0"), length: length)
        builder.done()
        #expect(readAll(builder.bytes) == .failed(errno: EBADMSG))
    }

    @Test("a flipped or replaced byte anywhere never traps")
    func mutations() {
        let whole = typical
        var generator = NetlinkGenerator(state: 20_24)
        for _ in 0..<10_000 {
            var bytes = whole
            for _ in 0...Int.random(in: 0..<4, using: &generator) {
                let position = Int.random(in: 0..<bytes.count, using: &generator)
                let interesting: [UInt8] = [0, 1, 3, 4, 0x7f, 0x80, 0xff, UInt8.random(in: 0...255, using: &generator)]
                bytes[position] = interesting.randomElement(using: &generator) ?? 0
            }
            _ = readAll(bytes)
        }
    }

    @Test("closing messages give the kernel's reason")
    func closingMessages() {
        func state(_ type: UInt16, _ payload: [UInt8]) -> NetlinkReply.State {
            var builder = Builder()
            builder.message(type, payload)
            return readAll(builder.bytes)
        }
        #expect(state(2, Builder.number(Int32(-1))) == .failed(errno: EPERM))
        #expect(state(2, Builder.number(Int32.min)) == .failed(errno: Int32.min))
        #expect(state(2, Builder.number(Int32(0))) == .running)
        #expect(state(2, [1]) == .failed(errno: EBADMSG))
        #expect(state(3, Builder.number(Int32(-ENOMEM))) == .failed(errno: ENOMEM))
        #expect(state(3, []) == .complete)
        #expect(state(1, []) == .running)
        #expect(state(4, []) == .failed(errno: ENOBUFS))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import KernelFiles

@Suite("Requests for one thing, and generic netlink")
struct GenericNetlinkTests {
    typealias Builder = NetlinkMessageBuilder

    /// A socket of generic netlink that finds one datagram waiting, and what comes of a question.
    private func family(_ datagram: [UInt8]) throws -> Result<GenericNetlinkFamily?, NetlinkError> {
        let ends = try socketPair([datagram])
        defer { close(ends.peer) }
        var socket = NetlinkSocket(family: .generic, descriptor: ends.ours)
        do throws(NetlinkError) {
            return .success(try socket.genericFamily(named: "nl80211"))
        } catch {
            return .failure(error)
        }
    }

    private func socketPair(_ datagrams: [[UInt8]]) throws -> (ours: Int32, peer: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
        for datagram in datagrams { #expect(send(ends[1], datagram, datagram.count, 0) == datagram.count) }
        var limit = timeval(tv_sec: 0, tv_usec: 50_000)
        setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        return (ends[0], ends[1])
    }

    private static let description: [UInt8] =
        [1, 2, 0, 0] + Builder.attribute(2, Array("nl80211".utf8) + [0])
        + Builder.attribute(1, Builder.number(UInt16(28))) + Builder.attribute(3, Builder.number(UInt32(1)))
        + Builder.attribute(4, Builder.number(UInt32(8)))

    private static func acknowledgement(_ code: Int32 = 0) -> [UInt8] {
        var builder = Builder()
        builder.message(2, flags: 0, Builder.number(code) + [UInt8](repeating: 0, count: 16))
        return builder.bytes
    }

    @Test("a family is found by its name")
    func found() throws {
        var builder = Builder()
        builder.message(16, flags: 0, Self.description)
        let answer = try family(builder.bytes + Self.acknowledgement())
        #expect(answer == .success(GenericNetlinkFamily(number: 28, version: 1, fixedSizeBytes: 8)))
        let request = GenericNetlinkFamily(number: 28, version: 1, fixedSizeBytes: 8).request(command: 5)
        #expect(request.messageType == 28)
        #expect(request.payload == [5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(GenericNetlinkFamily(number: 28, version: 1, fixedSizeBytes: 8).attributesOffset == 12)
    }

    @Test("the question has the controller's layout")
    func question() throws {
        let ends = try socketPair([])
        defer { close(ends.peer) }
        var socket = NetlinkSocket(family: .generic, descriptor: ends.ours)
        #expect(throws: NetlinkError(operation: "recv", errno: ETIMEDOUT, family: .generic)) {
            _ = try socket.genericFamily(named: "nl80211")
        }
        var bytes = [UInt8](repeating: 0, count: 64)
        let length = recv(ends.peer, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        let expected: [UInt8] =
            Builder.number(UInt32(32)) + Builder.number(UInt16(16)) + Builder.number(UInt16(5))
            + Builder.number(UInt32(1)) + Builder.number(UInt32(0)) + [3, 1, 0, 0]
            + Builder.attribute(2, Array("nl80211".utf8) + [0])
        #expect(Array(bytes.prefix(max(0, length))) == expected)
    }

    @Test("a family that the kernel does not have is none, and every other refusal an error")
    func missing() throws {
        #expect(try family(Self.acknowledgement(-ENOENT)) == .success(nil))
        #expect(
            try family(Self.acknowledgement(-EPERM))
                == .failure(NetlinkError(operation: "reply", errno: EPERM, family: .generic)))
    }

    @Test("an answer without a number, of another command, or that lies, is an error")
    func lies() throws {
        let bad = NetlinkError(operation: "reply", errno: EBADMSG, family: .generic)
        #expect(bad.description == "generic netlink reply: error 74")
        for payload in [
            [1, 2, 0, 0] + Builder.attribute(2, Array("nl80211".utf8) + [0]),
            [7] + Self.description.dropFirst(), Self.description + Builder.attribute(9, [1], length: 400), [1], [],
        ] as [[UInt8]] {
            var builder = Builder()
            builder.message(16, flags: 0, payload)
            #expect(try family(builder.bytes + Self.acknowledgement()) == .failure(bad), "\(payload)")
        }
    }

    @Test("an answer ends at its acknowledgement, a dump at its end, each not at the other's")
    func ends() {
        var builder = Builder()
        builder.link(1, "lo")
        builder.done()
        var table = LinkTable()
        var single = NetlinkReply(sequence: 1, end: .acknowledgement)
        single.read(builder.bytes.span.bytes, into: &table)
        #expect(single.state == .running)
        single.read(Self.acknowledgement().span.bytes, into: &table)
        #expect(single.state == .complete)
        var dump = NetlinkReply(sequence: 1, end: .done)
        dump.read(Self.acknowledgement().span.bytes, into: &table)
        #expect(dump.state == .running)
    }

    @Test("whatever the bytes are, an answer never traps")
    func anything() {
        var generator = NetlinkGenerator(state: 8)
        var whole = Builder()
        whole.message(16, flags: 0, Self.description)
        let typical = whole.bytes + Self.acknowledgement()
        for _ in 0..<5_000 {
            var bytes = typical
            for _ in 0...Int.random(in: 0..<4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            var answer = LinkTable()
            var reply = NetlinkReply(sequence: 1, end: .acknowledgement)
            reply.read(bytes.span.bytes, into: &answer)
            var attributes = NetlinkAttributes(20..<bytes.count)
            while let attribute = attributes.next(in: bytes.span.bytes) {
                #expect(attribute.value.upperBound <= bytes.count)
                _ = attribute.text(in: bytes.span.bytes)
            }
        }
    }

    /// Whether this environment lets us have a socket of generic netlink at all.
    private static let isAllowed: Bool = {
        let descriptor = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), 16)
        if descriptor >= 0 { close(descriptor) }
        return descriptor >= 0
    }()

    @Test(
        "the running kernel's controller knows itself, and no family of a made-up name",
        .enabled(if: isAllowed, "this environment has no generic netlink"))
    func live() throws {
        var socket = NetlinkSocket(family: .generic)
        let controller = try socket.genericFamily(named: "nlctrl")
        #expect(controller?.number == 16)
        let isOpen = socket.isOpen
        #expect(isOpen)
        let none = try socket.genericFamily(named: "made-up-name")
        #expect(none == nil)
        let kept = socket.family
        #expect(kept == .generic)
    }
}

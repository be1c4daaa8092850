// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import KernelFiles

@Suite("TCP sockets counted from a dump")
struct TCPSocketCountsTests {
    typealias Builder = NetlinkMessageBuilder

    /// `struct inet_diag_msg` with an attribute behind it, as the kernel sends one.
    private func socket(state: UInt8, receive: UInt32, send: UInt32) -> [UInt8] {
        var payload: [UInt8] = [2, state, 0, 0] + [UInt8](repeating: 7, count: 48) + Builder.number(UInt32(0))
        payload += Builder.number(receive) + Builder.number(send) + Builder.number(UInt32(1000))
        return payload + Builder.number(UInt32(4711)) + Builder.attribute(8, [0])
    }

    @Test("sockets are counted by state, and what they have queued is added up")
    func counts() {
        var builder = Builder()
        builder.message(20, socket(state: 1, receive: 5, send: 7))
        builder.message(20, socket(state: 1, receive: .max, send: .max))
        builder.message(20, socket(state: 10, receive: 0, send: 128))
        builder.message(20, socket(state: 11, receive: 1, send: 0))
        builder.message(99, socket(state: 2, receive: 1, send: 1))
        builder.done()
        var counts = TCPSocketCounts()
        let reply = Builder.read([builder.bytes], into: &counts)
        #expect(reply.state == .complete)
        #expect(counts.byState == [0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
        #expect(counts.total == 4)
        #expect(counts.receiveQueue == UInt64(UInt32.max) + 6)
        #expect(counts.sendQueue == UInt64(UInt32.max) + 135)
        #expect(counts.malformedCount == 0)
        counts.removeAll()
        #expect(counts.total == 0 && counts.receiveQueue == 0 && counts.sendQueue == 0)
    }

    @Test("a state that is none and a message that is cut are counted as lost, and nothing of them is kept")
    func malformed() {
        var builder = Builder()
        builder.message(20, socket(state: 0, receive: 5, send: 7))
        builder.message(20, socket(state: 12, receive: 5, send: 7))
        builder.message(20, Array(socket(state: 1, receive: 5, send: 7).prefix(71)))
        builder.message(20, [])
        builder.done()
        var counts = TCPSocketCounts()
        _ = Builder.read([builder.bytes], into: &counts)
        #expect(counts.malformedCount == 4)
        #expect(counts.total == 0 && counts.receiveQueue == 0 && counts.sendQueue == 0)
    }

    @Test("the request has the layout of inet_diag_req_v2")
    func request() {
        let request = NetlinkRequest.tcpSockets(.ipv6)
        #expect(request.messageType == 20)
        #expect(
            request.payload == [10, 6, 0, 0] + Builder.number(UInt32(0xFFE)) + [UInt8](repeating: 0, count: 48))
    }

    /// Whether the running kernel shows its TCP sockets.
    private static let isAllowed: Bool = {
        var dump = TCPSocketDump()
        var counts = TCPSocketCounts()
        do { try dump.count(.ipv4, into: &counts) } catch { return false }
        return true
    }()

    @Test(
        "sockets that are made here are counted where the kernel shows them",
        .enabled(if: isAllowed, "this kernel shows no sockets by sock_diag"))
    func live() throws {
        let made = (0..<20).map { _ in
            Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        }
        defer { for descriptor in made { close(descriptor) } }
        for descriptor in made { try #require(descriptor >= 0 && listen(descriptor, 1) == 0) }
        var dump = TCPSocketDump()
        var counts = TCPSocketCounts()
        try dump.count(.ipv4, into: &counts)
        #expect(counts.byState[10] >= 20)
        #expect(counts.malformedCount == 0)
        try dump.count(.ipv6, into: &counts)
        #expect(counts.malformedCount == 0)
    }
}

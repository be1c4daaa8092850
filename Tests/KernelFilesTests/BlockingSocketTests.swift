// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import KernelFiles

@Suite("A blocking socket with deadlines")
struct BlockingSocketTests {
    /// A listening or bound socket of a test's own.
    private final class Peer {
        let descriptor: Int32

        init(_ address: SocketAddress, backlog: Int32? = 8) throws {
            let kind = address.isDatagram ? SOCK_DGRAM : SOCK_STREAM
            let bound = address.withPointer { family, pointer, size -> Int32 in
                let opened = Glibc.socket(family, Int32(kind.rawValue | SOCK_CLOEXEC.rawValue), 0)
                return bind(opened, pointer, size) == 0 ? opened : -1
            }
            descriptor = try #require(bound)
            try #require(descriptor >= 0)
            if let backlog, !address.isDatagram { try #require(listen(descriptor, backlog) == 0) }
        }

        deinit { close(descriptor) }

        /// The port that the kernel gave.
        var port: UInt16 {
            var address = sockaddr_in()
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            return withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &size) }
                return UInt16(bigEndian: pointer.pointee.sin_port)
            }
        }
    }

    /// Far more than anything here takes, so that a failure is no race.
    private func soon() -> UInt64 { BlockingSocket.now + 60_000_000_000 }

    private func error(_ body: () throws(SocketError) -> Void) -> SocketError? {
        do throws(SocketError) { try body() } catch { return error }
        return nil
    }

    /// Sends a question, answers it from the other end and reads the answer to its end.
    private func converse(_ address: SocketAddress, _ peer: Peer) throws {
        let socket = try BlockingSocket(connectedTo: address, deadline: soon())
        let other = accept(peer.descriptor, nil, nil)
        try #require(other >= 0)
        try socket.send(Array("question".utf8), deadline: soon())
        var heard = [UInt8](repeating: 0, count: 64)
        #expect(recv(other, &heard, heard.count, 0) == 8)
        #expect(Glibc.send(other, "answer", 6, Int32(MSG_NOSIGNAL)) == 6)
        close(other)
        let answer = try socket.receiveAll(atMost: 6, deadline: soon())
        #expect(String(decoding: answer, as: UTF8.self) == "answer")
        let kept = socket.address
        #expect(kept == address)
    }

    @Test("a question and its answer over a UNIX socket")
    func unix() throws {
        let tree = try TemporaryTree()
        let address = SocketAddress.unix(path: tree["s"])
        try converse(address, Peer(address))
    }

    @Test("a question and its answer over TCP, by number and as localhost")
    func tcp() throws {
        let peer = try Peer(.tcp(host: "127.0.0.1", port: 0))
        for host in ["127.0.0.1", "localhost"] { try converse(.tcp(host: host, port: peer.port), peer) }
    }

    @Test("datagrams keep their bounds, and one that is longer than the limit is an error")
    func udp() throws {
        let peer = try Peer(.udp(host: "127.0.0.1", port: 0))
        let socket = try BlockingSocket(connectedTo: .udp(host: "127.0.0.1", port: peer.port), deadline: soon())
        try socket.send(Array("one".utf8), deadline: soon())
        try socket.send([], deadline: soon())
        var heard = [UInt8](repeating: 0, count: 64)
        var sender = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &sender) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                #expect(recvfrom(peer.descriptor, &heard, heard.count, 0, address, &size) == 3)
                #expect(recvfrom(peer.descriptor, &heard, heard.count, 0, nil, nil) == 0)
                for text in ["short", "", "much too long", "end"] {
                    try #require(sendto(peer.descriptor, text, text.utf8.count, 0, address, size) == text.utf8.count)
                }
            }
        }
        var bytes = Array("kept ".utf8)
        #expect(try socket.receive(atMost: 8, into: &bytes, deadline: soon()) == 5)
        #expect(try socket.receive(atMost: 8, into: &bytes, deadline: soon()) == 0)
        let tooLong = error { () throws(SocketError) in
            try socket.receive(atMost: 8, into: &bytes, deadline: soon())
        }
        #expect(tooLong == SocketError(.recv, errno: EMSGSIZE))
        #expect(try socket.receive(atMost: 8, into: &bytes, deadline: soon()) == 3)
        #expect(String(decoding: bytes, as: UTF8.self) == "kept shortend")
    }

    @Test("a stream of more bytes than the limit is an error")
    func tooMuch() throws {
        let tree = try TemporaryTree()
        let address = SocketAddress.unix(path: tree["s"])
        let peer = try Peer(address)
        let socket = try BlockingSocket(connectedTo: address, deadline: soon())
        let other = accept(peer.descriptor, nil, nil)
        try #require(other >= 0)
        #expect(Glibc.send(other, "answer", 6, Int32(MSG_NOSIGNAL)) == 6)
        close(other)
        let caught = error { () throws(SocketError) in _ = try socket.receiveAll(atMost: 5, deadline: soon()) }
        #expect(caught == SocketError(.recv, errno: EMSGSIZE))
    }

    @Test("silence, and a peer that takes nothing more, end at the deadline")
    func deadlines() throws {
        let tree = try TemporaryTree()
        let address = SocketAddress.unix(path: tree["s"])
        let peer = try Peer(address)
        let socket = try BlockingSocket(connectedTo: address, deadline: soon())
        var bytes = Array("kept".utf8)
        let short = BlockingSocket.now + 20_000_000
        let silence = error { () throws(SocketError) in try socket.receive(atMost: 9, into: &bytes, deadline: short) }
        #expect(silence == SocketError(.recv, errno: ETIMEDOUT))
        #expect(BlockingSocket.now >= short)
        #expect(bytes == Array("kept".utf8))
        let full = error { () throws(SocketError) in
            try socket.send([UInt8](repeating: 1, count: 16 << 20), deadline: BlockingSocket.now + 20_000_000)
        }
        #expect(full == SocketError(.send, errno: ETIMEDOUT))
        withExtendedLifetime(peer) {}
    }

    @Test("a peer that accepts nothing ends the connecting at the deadline")
    func backlog() throws {
        let tree = try TemporaryTree()
        let address = SocketAddress.unix(path: tree["s"])
        let peer = try Peer(address, backlog: 0)
        // One waits to be accepted; the next one waits for room.
        let first = try BlockingSocket(connectedTo: address, deadline: soon())
        let caught = error { () throws(SocketError) in
            _ = try BlockingSocket(connectedTo: address, deadline: BlockingSocket.now + 20_000_000)
        }
        #expect(caught == SocketError(.connect, errno: ETIMEDOUT))
        try first.send([1], deadline: soon())
        withExtendedLifetime(peer) {}
    }

    @Test("a deadline that has passed is no wait at all")
    func passed() throws {
        let tree = try TemporaryTree()
        let address = SocketAddress.unix(path: tree["s"])
        let peer = try Peer(address)
        for deadline in [0, BlockingSocket.now] {
            let caught = error { () throws(SocketError) in
                _ = try BlockingSocket(connectedTo: address, deadline: deadline)
            }
            #expect(caught == SocketError(.connect, errno: ETIMEDOUT))
        }
        withExtendedLifetime(peer) {}
    }

    @Test("nobody there, a closed peer and addresses that are none are errors that say so")
    func errors() throws {
        let tree = try TemporaryTree()
        func connecting(_ address: SocketAddress) -> SocketError? {
            error { () throws(SocketError) in _ = try BlockingSocket(connectedTo: address, deadline: soon()) }
        }
        #expect(connecting(.unix(path: tree["none"])) == SocketError(.connect, errno: ENOENT))
        let deaf = try Peer(.tcp(host: "127.0.0.1", port: 0), backlog: nil)
        #expect(connecting(.tcp(host: "127.0.0.1", port: deaf.port)) == SocketError(.connect, errno: ECONNREFUSED))
        for address in [
            .unix(path: ""), .unix(path: String(repeating: "p", count: 108)), .unix(path: "a\u{0}b"),
            .tcp(host: "example.org", port: 80), .udp(host: "", port: 1), .tcp(host: "1.2.3", port: 1),
        ] as [SocketAddress] {
            #expect(connecting(address) == SocketError(.connect, errno: EINVAL), "\(address)")
        }
        #expect(SocketError(.connect, errno: ECONNREFUSED).description == "connect: Connection refused")

        let address = SocketAddress.unix(path: tree["s"])
        let peer = try Peer(address)
        let socket = try BlockingSocket(connectedTo: address, deadline: soon())
        close(accept(peer.descriptor, nil, nil))
        let broken = error { () throws(SocketError) in try socket.send([1], deadline: soon()) }
        #expect(broken == SocketError(.send, errno: EPIPE))
    }

    @Test("hosts are of the family that their text has")
    func families() {
        func family(_ address: SocketAddress) -> Int32? { address.withPointer { family, _, _ in family } }
        #expect(family(.tcp(host: "::1", port: 1)) == AF_INET6)
        #expect(family(.udp(host: "10.0.0.1", port: 1)) == AF_INET)
        #expect(family(.unix(path: "/run/x")) == AF_UNIX)
        #expect(family(.tcp(host: "::1%", port: 1)) == nil)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import KernelFiles

/// Requests that collectors to come will make, answered by the running kernel.
@Suite("Netlink of the running kernel")
struct NetlinkLiveTests {
    /// The messages of one type, each with its payload.
    private struct Messages: NetlinkTable {
        let type: UInt16
        private(set) var payloads: [[UInt8]] = []
        private(set) var isConsistent = true

        init(_ type: UInt16) {
            self.type = type
        }

        mutating func removeAll() {
            payloads = []
            isConsistent = true
        }

        mutating func append(messageType: UInt16, payload: Range<Int>, in datagram: RawSpan) {
            var bytes: [UInt8] = []
            if messageType == type, datagram.append(payload, to: &bytes) { payloads.append(bytes) }
        }

        mutating func markInconsistent() { isConsistent = false }
    }

    /// All that the kernel has of what is asked for; nil where it does not answer such questions here.
    private static func dump(_ request: NetlinkRequest, of family: NetlinkFamily, type: UInt16) -> [[UInt8]]? {
        var socket = NetlinkSocket(family: family)
        var messages = Messages(type)
        do throws(NetlinkError) { try socket.dump(request, into: &messages) } catch { return nil }
        return messages.payloads
    }

    /// `RTM_GETQDISC` with `struct tcmsg`.
    private static let queueingDisciplines = {
        var request = NetlinkRequest(messageType: 38)
        request.append(zeros: 20)
        return request
    }()

    /// `SOCK_DIAG_BY_FAMILY` with `struct inet_diag_req_v2`: IPv4, TCP, those that listen.
    private static let listeners = {
        var request = NetlinkRequest(messageType: 20)
        request.append(UInt8(AF_INET))
        request.append(UInt8(6))
        request.append(zeros: 2)
        request.append(UInt32(1) << 10)
        request.append(zeros: 48)
        return request
    }()

    @Test(
        "traffic control is asked by rtnetlink, and each discipline names its kind",
        .enabled("this kernel shows no queueing disciplines") {
            dump(queueingDisciplines, of: .route, type: 36)?.isEmpty == false
        })
    func trafficControl() throws {
        let found = try #require(Self.dump(Self.queueingDisciplines, of: .route, type: 36))
        for payload in found {
            var attributes = NetlinkAttributes((0..<payload.count).dropFirst(20))
            var kind = ""
            while let attribute = attributes.next(in: payload.span.bytes) {
                if attribute.type == 1 { kind = attribute.text(in: payload.span.bytes) }
            }
            #expect(!kind.isEmpty)
        }
    }

    @Test(
        "a listening socket is found by sock_diag",
        .enabled("this kernel shows no sockets by sock_diag") {
            dump(listeners, of: .socketDiagnostics, type: 20) != nil
        })
    func socketDiagnostics() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        try #require(listen(descriptor, 1) == 0)
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &size) }
        }
        let found = try #require(Self.dump(Self.listeners, of: .socketDiagnostics, type: 20))
        // struct inet_diag_msg: family, state, timer, retransmissions, then the source port in network order.
        #expect(found.contains { $0.span.bytes.uint16(at: 4) == address.sin_port && $0.first == UInt8(AF_INET) })
    }

    @Test(
        "one interface is asked for by its number, and one that is not there is an error",
        .enabled("this environment has no rtnetlink", { NetlinkSocketTests.isAllowed }))
    func single() throws {
        func link(_ index: Int32) -> NetlinkRequest {
            var request = NetlinkRequest(messageType: 18)
            request.append(zeros: 4)
            request.append(index)
            request.append(zeros: 8)
            return request
        }
        var socket = NetlinkSocket(family: .route)
        var all = LinkTable()
        try socket.dump(.links, into: &all)
        let loopback = try #require(all.links.first { $0.flags.contains(.loopback) })
        var one = LinkTable()
        try socket.get(link(loopback.index), into: &one)
        #expect(one.links.map(\.index) == [loopback.index])
        var caught: NetlinkError?
        do throws(NetlinkError) { try socket.get(link(.max), into: &one) } catch { caught = error }
        #expect(caught == NetlinkError(operation: "reply", errno: ENODEV))
        #expect(one.links.isEmpty)
    }
}

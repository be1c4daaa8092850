// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Serving

@Suite("Sockets that the process was started with")
struct InheritedSocketTests {
    /// A listening socket on a free port of the loopback interface.
    private func listeningSocket() throws -> (descriptor: CInt, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 8) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        try #require(descriptor >= 0 && isListening)
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    @Test("an inherited socket is served, alone and beside an address")
    func served() throws {
        let (descriptor, port) = try listeningSocket()
        let alone = try TestServer {
            $0.addresses = []
            $0.inheritedSockets = [descriptor]
        }
        #expect(alone.port == port)
        #expect(try alone.client().get("/-/healthy")?.status == 200)
        let second = try listeningSocket()
        let both = try TestServer { $0.inheritedSockets = [second.descriptor] }
        #expect(both.server.ports == [both.port, second.port])
        for port in both.server.ports { #expect(TestClient(port: port)?.get("/-/healthy")?.status == 200) }
    }

    @Test("what is no listening socket is refused and nothing is left behind")
    func refused() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        for descriptor in [descriptor, 9_999] {
            let error = try #require(throws: ServingError.self) {
                _ = try TestServer {
                    $0.addresses = []
                    $0.inheritedSockets = [descriptor]
                }
            }
            #expect(
                error.description
                    == "cannot serve on the inherited descriptor \(descriptor): it is no listening socket")
        }
    }

    @Test("the longest time of a scrape can change while serving")
    func timeoutChanges() throws {
        let server = try TestServer { $0.scrapeTimeout = .seconds(3) }
        let client = try server.client()
        func left() throws -> UInt64 {
            let asked = monotonicNow()
            #expect(client.get("/metrics")?.status == 200)
            let deadline = server.renderer.state.withLock { $0.requests.last?.deadlineNanoseconds }
            return try #require(deadline) - asked
        }
        #expect(try left() > 2_500_000_000)
        server.server.changeScrapeTimeout(to: .seconds(1))
        // A request that comes together with the change may be served first.
        var tries = 0
        while try left() > 2_000_000_000, tries < 100 { tries += 1 }
        #expect(try left() < 2_000_000_000)
    }
}

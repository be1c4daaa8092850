// SPDX-License-Identifier: Apache-2.0

import Serving
import Testing

@Suite("What one client may cost")
struct LimitsTests {
    @Test("a head that does not end is closed in time, and others are served meanwhile")
    func slowHead() throws {
        let server = try TestServer { $0.limits.headTimeout = .milliseconds(200) }
        let silent = try server.client()
        let slow = try server.client()
        slow.send("GET /metrics HTTP/1.1\r\nHost: ")
        let begun = try server.client()
        #expect(begun.get("/-/healthy")?.status == 200)
        begun.send("GET /met")
        #expect(try server.client().get("/metrics")?.status == 200)
        #expect(silent.readToEnd() == [])
        #expect(slow.response()?.status == 408)
        #expect(slow.readToEnd() == [])
        #expect(begun.response()?.status == 408)
    }

    @Test("an idle connection is closed after its time, not at the head's time-out")
    func idle() throws {
        let server = try TestServer {
            $0.limits.headTimeout = .milliseconds(100)
            $0.limits.idleTimeout = .seconds(3)
        }
        let client = try server.client()
        #expect(client.get("/metrics")?.status == 200)
        pause(milliseconds: 500)
        #expect(client.get("/metrics")?.status == 200)
        #expect(client.readToEnd() == [])
    }

    @Test("a reader that does not read loses its own connection and nobody else's")
    func slowReader() throws {
        let page = [UInt8](repeating: 0x61, count: 40_000_000)
        let server = try TestServer(StubRenderer(.atOnce(.page(page)))) { $0.limits.writeTimeout = .milliseconds(300) }
        let stuck = try #require(TestClient(port: server.port, receiveBuffer: 4096))
        stuck.send("GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(server.renderer.eventually { $0.requests.count == 1 })
        #expect(try server.client().get("/metrics")?.body.count == page.count)
        pause(milliseconds: 1_500)
        #expect(try server.client().get("/-/healthy")?.status == 200)
        #expect(try #require(stuck.readToEnd()).count < page.count)
    }

    @Test("at the connection limit the longest idle connection makes room")
    func evictsIdle() throws {
        let server = try TestServer { $0.limits.connections = 4 }
        let clients = try (0..<3).map { _ in try server.client() }
        for client in clients { #expect(client.get("/-/healthy")?.status == 200) }
        let silent = try server.client()
        #expect(try server.client().get("/-/healthy")?.status == 200)
        #expect(silent.readToEnd() == [])
        for client in clients { #expect(client.get("/-/healthy")?.status == 200) }
    }

    @Test("at the connection limit the newest is closed when all others wait for their pages")
    func refusesNewest() throws {
        let renderer = StubRenderer(.whenReleased(.page(Array("up 1\n".utf8))))
        let server = try TestServer(renderer) { $0.limits.connections = 3 }
        let clients = try (0..<3).map { _ in try server.client() }
        for client in clients { client.send("GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n") }
        #expect(renderer.eventually { $0.held.count == 3 })
        #expect(try server.client().readToEnd() == [])
        renderer.release()
        for client in clients { #expect(client.response()?.text == "up 1\n") }
    }

    @Test("more waiting scrapes than allowed are refused, and counted down again")
    func maxRequests() throws {
        let renderer = StubRenderer(.whenReleased(.page(Array("up 1\n".utf8))))
        let server = try TestServer(renderer) { $0.maxRequests = 1 }
        for round in 0..<3 {
            let first = try server.client()
            first.send("GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(renderer.eventually { $0.held.count == 1 })
            let second = try #require(try server.client().get("/metrics"))
            #expect(second.status == 503)
            #expect(second.headers["retry-after"] == "1")
            renderer.release()
            #expect(first.response()?.text == "up 1\n", "round \(round)")
        }
    }

    @Test("a client that leaves while it waits costs nothing")
    func disconnect() throws {
        let renderer = StubRenderer(.whenReleased(.page(Array("up 1\n".utf8))))
        let server = try TestServer(renderer) { $0.maxRequests = 1 }
        for _ in 0..<20 {
            try server.client().send("GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(renderer.eventually { $0.held.count == 1 })
            renderer.release()
            // The answer of a renderer's thread is taken by the loop in order, so this comes behind it.
            #expect(try server.client().get("/-/healthy")?.status == 200)
        }
    }

    @Test("a page that never comes is given up some time behind its deadline")
    func overdue() throws {
        let renderer = StubRenderer(.whenReleased(.page([])))
        let server = try TestServer(renderer) {
            $0.scrapeTimeout = .milliseconds(100)
            $0.samplingInterval = .milliseconds(100)
        }
        #expect(try server.client().get("/metrics")?.status == 503)
    }

    @Test("two hundred clients at once are all served")
    func parallelClients() throws {
        let page = [UInt8](repeating: 0x61, count: 50_000)
        let server = try TestServer(StubRenderer(.fromAnotherThread(.page(page))))
        let clients = try (0..<200).map { _ in try server.client() }
        for _ in 0..<3 {
            for client in clients {
                client.send("GET /metrics HTTP/1.1\r\nHost: test\r\nAccept-Encoding: gzip\r\n\r\n")
            }
            for client in clients { #expect(gunzip(try #require(client.response()).body) == page) }
        }
    }
}

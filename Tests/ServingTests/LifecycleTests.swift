// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Testing

@testable import Serving

@Suite("Start and stop")
struct LifecycleTests {
    @Test("a port in use is reported with its owner, and nothing is left behind")
    func portInUse() throws {
        let holder = try TestServer()
        let free = try TestServer()
        let freePort = free.port
        free.server.stop(gracePeriodNanoseconds: 1_000_000_000)
        var configuration = ServerConfiguration()
        let busy = try ListenAddress("127.0.0.1:\(holder.port)")
        configuration.addresses = [try ListenAddress("127.0.0.1:\(freePort)"), busy]
        let server = MetricsServer(configuration: configuration, renderer: StubRenderer(), logger: quietLogger())
        let error = try #require(throws: ServingError.self) { try server.start() }
        guard case .addressInUse(busy, let owner?) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(owner.pid == Int(getpid()))
        #expect(
            error.description == "cannot listen on \(busy): address already in use by \(owner.name) (pid \(owner.pid))")
        #expect(TestClient(port: freePort) == nil)
        #expect(server.ports.isEmpty)
    }

    @Test("an address that is not ours is reported with the kernel's reason")
    func foreignAddress() throws {
        for text in ["192.0.2.1:0", "host.invalid:0"] {
            var configuration = ServerConfiguration()
            configuration.addresses = [try ListenAddress(text)]
            let server = MetricsServer(configuration: configuration, renderer: StubRenderer(), logger: quietLogger())
            let error = try #require(throws: ServingError.self) { try server.start() }
            #expect(error.description.hasPrefix("cannot listen on \(text): "))
            #expect(!error.description.contains("\n"))
        }
    }

    @Test("an empty host listens on IPv4")
    func emptyHost() throws {
        let server = try TestServer { $0.addresses = [ListenAddress.anyPort] }
        #expect(TestClient(port: server.port)?.get("/-/healthy")?.status == 200)
    }

    @Test("an empty host listens on IPv6 too", .enabled(if: hasIPv6Loopback(), "there is no IPv6 loopback address"))
    func emptyHostIPv6() throws {
        let server = try TestServer { $0.addresses = [ListenAddress.anyPort] }
        #expect(TestClient(port: server.port, ipv6: true)?.get("/-/healthy")?.status == 200)
    }

    @Test("several addresses are served by one server")
    func severalAddresses() throws {
        let address = try ListenAddress("127.0.0.1:0")
        let server = try TestServer { $0.addresses = [address, address] }
        #expect(Set(server.server.ports).count == 2)
        for port in server.server.ports { #expect(TestClient(port: port)?.get("/metrics")?.status == 200) }
    }

    @Test("a wrong telemetry path, no address and a second start are refused")
    func refusals() throws {
        #expect(throws: ServingError.invalidTelemetryPath("metrics")) {
            try TestServer { $0.telemetryPath = "metrics" }
        }
        #expect(throws: ServingError.noAddress) { try TestServer { $0.addresses = [] } }
        let server = try TestServer()
        #expect(throws: ServingError.alreadyStarted) { try server.server.start() }
    }

    @Test("stop returns in time although a page never comes")
    func stopWhileWaiting() throws {
        let renderer = StubRenderer(.whenReleased(.page([])))
        let server = try TestServer(renderer)
        let client = try server.client()
        client.send("GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(renderer.eventually { $0.held.count == 1 })
        let start = monotonicNow()
        server.server.stop(gracePeriodNanoseconds: 400_000_000)
        #expect(monotonicNow() - start < 1_500_000_000)
        #expect(client.readToEnd() == [])
        // A page that comes now finds nobody, and does no harm.
        renderer.release()
    }

    @Test("stop lets running answers finish and closes idle connections")
    func stopFinishesAnswers() throws {
        let renderer = StubRenderer(.whenReleased(.page(Array("up 1\n".utf8))))
        let server = try TestServer(renderer)
        let idle = try server.client()
        #expect(idle.get("/-/healthy")?.status == 200)
        let waiting = try server.client()
        waiting.send("GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(renderer.eventually { $0.held.count == 1 })
        let metrics = server.server
        DispatchQueue.global().async { metrics.stop(gracePeriodNanoseconds: 10_000_000_000) }
        #expect(idle.readToEnd() == [])
        renderer.release()
        let answer = try #require(waiting.response())
        #expect(answer.text == "up 1\n")
        #expect(answer.headers["connection"] == "close")
        #expect(waiting.readToEnd() == [])
    }

    @Test("stop without connections is quick, can be repeated, and frees the port")
    func stopTwice() throws {
        let server = try TestServer()
        let start = monotonicNow()
        server.server.stop(gracePeriodNanoseconds: 5_000_000_000)
        server.server.stop(gracePeriodNanoseconds: 5_000_000_000)
        #expect(monotonicNow() - start < 2_000_000_000)
        #expect(TestClient(port: server.port) == nil)
    }

    @Test("samples are taken from the start on, and the renderer is watched when it wants")
    func ticks() throws {
        let renderer = StubRenderer(watchNanoseconds: 20_000_000)
        let server = try TestServer(renderer) { $0.samplingInterval = .milliseconds(50) }
        #expect(renderer.state.withLock { $0.samples } >= 1)
        #expect(renderer.eventually { $0.samples >= 4 })
        #expect(renderer.state.withLock { $0.watches } == 0)
        #expect(try server.client().get("/metrics")?.status == 200)
        #expect(renderer.eventually { $0.watches >= 4 })
    }
}

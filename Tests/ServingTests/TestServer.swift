// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import Serving

/// A server on a free port of the loopback interface, stopped when it goes.
final class TestServer {
    let server: MetricsServer
    let renderer: StubRenderer
    let port: Int

    init(_ renderer: StubRenderer = StubRenderer(), _ change: (inout ServerConfiguration) -> Void = { _ in }) throws {
        var configuration = ServerConfiguration()
        configuration.addresses = [try ListenAddress("127.0.0.1:0")]
        change(&configuration)
        server = MetricsServer(configuration: configuration, renderer: renderer, logger: quietLogger())
        self.renderer = renderer
        try server.start()
        port = server.ports[0]
    }

    deinit { server.stop(gracePeriodNanoseconds: 2_000_000_000) }

    func client() throws -> TestClient {
        guard let client = TestClient(port: port) else { throw NoConnection() }
        return client
    }
}

struct NoConnection: Error {}

func quietLogger() -> Logger {
    Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// Waits a little between two looks at something.
func pause(milliseconds: Int) {
    usleep(UInt32(milliseconds) * 1_000)
}

/// Nanoseconds of the clock that deadlines are in.
func monotonicNow() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Whether a socket can be bound to `::1`.
func hasIPv6Loopback() -> Bool {
    let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_addr = in6addr_loopback
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
        }
    }
}

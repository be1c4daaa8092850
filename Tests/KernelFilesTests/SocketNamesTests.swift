// SPDX-License-Identifier: Apache-2.0

import Glibc
import KernelFiles
import Testing

/// Names of hosts, and how far what is sent to them goes.
@Suite struct SocketNamesTests {
    @Test(
        "an address is its own answer, and so is localhost", arguments: ["127.0.0.1", "::1", "192.0.2.1", "localhost"])
    func known(name: String) {
        #expect(SocketAddress.addresses(ofHost: name) == [name])
    }

    @Test("an IPv4 address has four numbers")
    func ipv4() {
        #expect(SocketAddress.isIPv4("127.0.0.1"))
        for text in ["127.0.0", "127.0.0.256", "localhost", "::1", ""] { #expect(!SocketAddress.isIPv4(text)) }
    }

    @Test("hops are limited to what the kernel allows", arguments: ["127.0.0.1", "::1"])
    func hops(host: String) throws {
        let address = SocketAddress.udp(host: host, port: 9)
        let deadline = BlockingSocket.now + 1_000_000_000
        do throws(SocketError) {
            let socket = try BlockingSocket(connectedTo: address, deadline: deadline)
            try socket.limitHops(to: 1)
            try socket.limitHops(to: 255)
            do throws(SocketError) {
                try socket.limitHops(to: 256)
                Issue.record("256 hops")
            } catch {
                #expect(error == SocketError(.setsockopt, errno: EINVAL))
            }
        } catch {
            // A host may have no IPv6.
            let isMissing = error.errno == EAFNOSUPPORT || error.errno == EADDRNOTAVAIL || error.errno == ENETUNREACH
            guard isMissing, host == "::1" else { throw error }
            print("skipped: SocketNamesTests: \(host): \(error)")
            try Test.cancel("\(error)")
        }
    }
}

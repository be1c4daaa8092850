// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Serving

@Suite("Listen addresses")
struct ListenAddressTests {
    @Test(
        "the usual forms are understood",
        arguments: [
            (":9100", "", 9100), ("127.0.0.1:9100", "127.0.0.1", 9100), ("[::1]:80", "::1", 80), ("[::]:0", "::", 0),
            ("localhost:65535", "localhost", 65_535), ("[fe80::1%eth0]:1", "fe80::1%eth0", 1),
        ])
    func valid(text: String, host: String, port: Int) throws {
        let address = try ListenAddress(text)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.description == text)
    }

    @Test(
        "what is no address is refused with the forms that are understood",
        arguments: [
            "", "9100", "host", "host:", ":65536", ":-1", ":+1", ": 1", "::1:9100", "[::1]", "[host]:1", "[]:1",
            "vsock://:9100", "a b:1", "[::1:1",
        ])
    func invalid(text: String) throws {
        let error = try #require(throws: ServingError.self) { try ListenAddress(text) }
        #expect(error.description.contains("expected :9100"))
    }

    @Test("listening sockets are found in the kernel's table, whatever its lines look like")
    func table() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:238C 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100
               1: 0100007F:238C 0100007F:0016 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100
               2: 00000000000000000000000000000000:238C 00000000:0000 0A 0:0 00:0 0     0        0 4713
               3: short
               4: nonsense nonsense 0A 0:0 00:0 0     0        0 4714

            """
        #expect(PortOwner.listeningInodes(in: table, port: 9100) == ["4711", "4713"])
        #expect(PortOwner.listeningInodes(in: "", port: 9100).isEmpty)
    }
}

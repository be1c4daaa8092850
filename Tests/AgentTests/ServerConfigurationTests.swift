// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Serving
import Testing

@testable import Agent

@Suite struct ServerConfigurationTests {
    private func configuration(_ given: [String: [String]]) throws(ConfigurationError) -> ServerConfiguration {
        try ServerConfiguration(Options(given: given), version: "1.2.3")
    }

    @Test("without flags it serves on port 9100 with node_exporter's path")
    func standard() throws {
        let found = try configuration([:])
        #expect(found.addresses == [.standard] && found.telemetryPath == "/metrics" && found.maxRequests == nil)
        #expect(found.scrapeTimeout == .seconds(5) && found.version == "1.2.3")
    }

    @Test("what is given takes the defaults' place")
    func given() throws {
        let found = try configuration([
            "web.listen-address": ["127.0.0.1:1", "[::1]:2"], "web.telemetry-path": ["/m"], "scrape.timeout": ["250ms"],
            "web.max-requests": ["7"],
        ])
        #expect(found.addresses.map(\.description) == ["127.0.0.1:1", "[::1]:2"])
        #expect(found.telemetryPath == "/m" && found.scrapeTimeout == .milliseconds(250) && found.maxRequests == 7)
        #expect(try configuration(["web.max-requests": ["0"]]).maxRequests == nil)
    }

    @Test("an address or a path that cannot be is refused with its flag")
    func refused() {
        let address = #expect(throws: ConfigurationError.self) {
            try configuration(["web.listen-address": [":9100", "localhost:x"]])
        }
        #expect(address?.description.hasPrefix("--web.listen-address: ") == true)
        let path = #expect(throws: ConfigurationError.self) { try configuration(["web.telemetry-path": ["metrics"]]) }
        #expect(
            path?.description
                == "--web.telemetry-path: it takes a path that begins with /, for example /metrics")
    }
}

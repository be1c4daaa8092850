// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Foundation
import KernelFiles
import ScrapeSupport
import Testing

@testable import Collectors

/// A status that nobody keeps up to date any more.
@Suite struct RunitTests {
    @Test("a service whose runsv has gone has no state, and has it again when runsv is back")
    func stale() throws {
        let folder = NSTemporaryDirectory() + "runit-" + UUID().uuidString
        let supervise = folder + "/web/supervise"
        try FileManager.default.createDirectory(atPath: supervise, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var status = Data(repeating: 0, count: 20)
        // 2^62 and ten seconds are the beginning of 1970.
        status[0] = 0x40
        status[7] = 10
        status[17] = UInt8(ascii: "u")
        status[19] = 1
        try status.write(to: URL(fileURLWithPath: supervise + "/status"))
        try #require(mkfifo(supervise + "/ok", 0o600) == 0)
        let given = ["collector.runit.servicedir": [folder]]
        let driver = try ScrapeDriver(
            [CollectorEntry(RunitCollector.self)], roots: .nowhere, options: Options(given: given))
        driver.scrape()
        #expect(driver.samples.isEmpty)
        #expect(driver.state == "failed")
        // As runsv has it for as long as it runs.
        let reader = open(supervise + "/ok", O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        driver.scrape()
        #expect(driver.state == "ok")
        #expect(driver.samples.contains(#"node_service_state{service="web",supervisor="runit"} 1"#))
        #expect(
            driver.samples.contains(
                #"node_service_state_last_change_timestamp_seconds{service="web",supervisor="runit"} 0"#))
    }
}

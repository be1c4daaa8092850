// SPDX-License-Identifier: Apache-2.0

import FakeNVMLSupport
import Foundation
import Testing

@testable import Collectors

/// GPUs that may sleep are let go of while nobody uses them.
@Suite(.enabled(if: FakeLibrary.whyNot == nil, "needs a C compiler for the fake libnvidia-ml"), .serialized)
struct NVIDIAIdleTests {
    static let idle = "profile h200\ngpus 2\ngpu * set UtilizationRates 0 0\n"

    private func host(_ script: String = idle, flags: [String] = []) throws -> GPUHost {
        let host = try GPUHost(2, script, flags: flags)
        for gpu in 0..<2 { host.setControl(gpu, "auto") }
        return host
    }

    private func shows(_ page: String) -> Int { page.count(of: "host_gpu_performance_state{") }

    @Test("let go of after 20 seconds without use, asked again when something else has woken one")
    func release() throws {
        let host = try host()
        #expect(shows(host.scrape()) == 2)
        host.clock.pass(19)
        #expect(shows(host.scrape()) == 2)
        host.clock.pass(1)
        var page = host.scrape()
        #expect(host.fake.calls("Shutdown") == 1)
        #expect(shows(page) == 0 && page.count(of: "sunflower_gpu_") == 0)
        // Nothing is wrong with them.
        #expect(host.state(page, 0) == "available" && host.lost() == 0)
        #expect(page.has("daena_device_available{device_type=\"gpu\"} 1"))
        host.fake.resetCalls()
        for gpu in 0..<2 { host.setPower(gpu, "suspended") }
        page = host.scrape()
        #expect(host.state(page, 0) == "suspended" && host.state(page, 1) == "suspended")
        host.clock.pass(3_600)
        host.scrape()
        #expect(host.fake.calls() == 0)
        host.setPower(1, "active")
        page = host.scrape()
        #expect(shows(page) == 1 && host.state(page, 0) == "suspended")
        // And let go of again only after another 20 seconds.
        host.clock.pass(19)
        #expect(shows(host.scrape()) == 1)
        host.clock.pass(1)
        #expect(shows(host.scrape()) == 0)
        #expect(host.fake.abuses == 0)
    }

    @Test("where none falls asleep they are looked at every five minutes, for one scrape")
    func look() throws {
        let host = try host()
        host.scrape()
        host.clock.pass(20)
        #expect(shows(host.scrape()) == 0)
        host.clock.pass(299)
        #expect(shows(host.scrape()) == 0)
        host.clock.pass(1)
        #expect(shows(host.scrape()) == 2)
        #expect(shows(host.scrape()) == 0)
        // Somebody has begun to use one.
        try host.fake.rewrite(Self.idle + "gpu 1 set UtilizationRates 7 0\n")
        host.clock.pass(300)
        for _ in 0..<3 {
            #expect(shows(host.scrape()) == 2)
            host.clock.pass(30)
        }
    }

    @Test(
        "held while one is used, may not sleep, or does not say whether it is used",
        arguments: [
            "gpu 1 set UtilizationRates 1 0\n", "gpu 1 process compute 12 4096\n", "gpu 1 process graphics 12 4096\n",
            "gpu 1 unset UtilizationRates\n", "control on",
        ])
    func held(line: String) throws {
        let host = try host(line.hasPrefix("gpu") ? Self.idle + line : Self.idle)
        if !line.hasPrefix("gpu") { host.setControl(1, "on") }
        for _ in 0..<5 {
            #expect(shows(host.scrape()) == 2)
            host.clock.pass(30)
        }
        #expect(host.fake.calls("Shutdown") == 0)
    }

    @Test("the flag says after how long, and 0 holds them for ever")
    func flag() throws {
        let long = try host(flags: ["--collector.nvidia.idle-release=2m"])
        long.scrape()
        long.clock.pass(119)
        #expect(shows(long.scrape()) == 2)
        long.clock.pass(1)
        #expect(shows(long.scrape()) == 0)
        let never = try host(flags: ["--collector.nvidia.idle-release=0"])
        for _ in 0..<3 {
            #expect(shows(never.scrape()) == 2)
            never.clock.pass(3_600)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import FakeNVMLSupport
import Foundation
import Testing

@testable import Collectors

/// Hosts on which a GPU is not where one looks for it, sleeps, or has no memory of its own.
@Suite(.enabled(if: FakeLibrary.whyNot == nil, "needs a C compiler for the fake libnvidia-ml"), .serialized)
struct NVIDIAHostTests {
    /// Stands for a node of the driver.
    static let node = ["/dev/null"]

    @Test("a GPU that only the library lists is one, beside a PCI bus too")
    func withoutEntry() throws {
        let script = "profile geforce\ngpus 1\ngpu 0 bus \"00000000:41:00.0\"\n"
        let host = try GPUHost(0, script, nodes: Self.node)
        host.write("sys/bus/pci/devices/0000:00:03.0/vendor", "0x1af4\n")
        let page = host.scrape()
        #expect(host.state(page, of: "0000:41:00.0") == "available")
        #expect(page.count(of: "host_gpu_power_watts{gpu=\"0\"") > 0)
        #expect(page.count(of: "sunflower_gpu_usage_percent{gpu_id=\"0\"} ") == 1)
        #expect(page.has("daena_device_available{device_type=\"gpu\"} 1"))
        #expect(host.lost() == 0)
    }

    @Test("a GPU without an address is known by its UUID, also after its index has shifted")
    func withoutAddress() throws {
        let start = """
            profile h200
            gpus 2
            gpu * unset PciInfo_v3
            gpu 0 text UUID "GPU-one"
            gpu 1 text UUID "GPU-two"
            gpu 1 set PowerUsage 55000

            """
        let host = try GPUHost(0, start, nodes: Self.node)
        var page = host.scrape()
        #expect(host.state(page, of: "GPU-one") == "available" && host.state(page, of: "GPU-two") == "available")
        #expect(page.has("host_gpu_power_watts{gpu=\"1\",window=\"usage\"} 55"))
        #expect(page.contains("host_gpu_info{gpu=\"1\",uuid=\"GPU-two\""))
        // It falls out, and its neighbour takes its index.
        try host.fake.rewrite(start + "gpu 0 state lost\n")
        page = host.scrape()
        #expect(host.state(page, of: "GPU-one") == "lost" && host.state(page, of: "GPU-two") == "available")
        host.clock.pass(31)
        page = host.scrape()
        #expect(host.state(page, of: "GPU-one") == "lost" && host.state(page, of: "GPU-two") == "available")
        #expect(page.has("host_gpu_power_watts{gpu=\"1\",window=\"usage\"} 55"))
        #expect(page.count(of: "host_gpu_power_watts{gpu=\"0\"") == 0)
        try host.fake.rewrite(start)
        host.clock.pass(31)
        page = host.scrape()
        #expect(host.state(page, of: "GPU-one") == "available")
        #expect(page.count(of: "host_gpu_power_watts{gpu=\"0\"") > 0 && host.fake.abuses == 0)
    }

    @Test("a GPU beside those on the bus is one more, and none is shown twice")
    func besideTheBus() throws {
        let host = try GPUHost(
            2, "profile h200\ngpus 3\ngpu 2 unset PciInfo_v3\ngpu 2 text UUID \"GPU-three\"\n", nodes: Self.node)
        host.scrape()
        let page = host.scrape()
        #expect(page.count(of: "host_gpu_performance_state{") == 3)
        #expect(page.count(of: "host_device_available{") == 3)
        #expect(host.state(page, of: "GPU-three") == "available")
        #expect(page.contains("host_gpu_info{gpu=\"2\",uuid=\"GPU-three\""))
    }

    @Test("without a GPU on the bus and a node of the driver nothing is loaded; a driver without a GPU is let go of")
    func nothing() throws {
        let host = try GPUHost(0, "profile h200\n")
        host.scrape()
        #expect(!host.library.isNeeded && host.fake.calls("Init_v2") == 0)
        let empty = try GPUHost(0, "gpus 0\n", nodes: Self.node)
        for _ in 0..<3 { empty.scrape() }
        #expect(empty.fake.calls("Init_v2") == 1 && empty.fake.calls("Shutdown") == 1)
        guard case .absent(let absence) = empty.outcome() else {
            Issue.record("not absent")
            return
        }
        #expect(absence.reason == .noDevice)
    }

    @Test("a GPU whose power management has failed is awake and read")
    func powerError() throws {
        let host = try GPUHost(1, "profile h200\n")
        host.setPower(0, "error")
        let page = host.scrape()
        #expect(page.has("host_gpu_performance_state{gpu=\"0\"} 0"))
        for word in ["suspending", "suspended"] {
            host.setPower(0, word)
            #expect(host.scrape().count(of: "host_gpu_performance_state{") == 0, "\(word)")
        }
    }

    @Test("a memory of 0 bytes is no information")
    func noMemory() throws {
        let host = try GPUHost(
            1, "profile h200\ngpu 0 set MemoryInfo 0 0 0 0\ngpu 0 set BAR1MemoryInfo 0 0 0\n",
            flags: ["--collector.nvidia.dcgm-names"])
        let page = host.scrape()
        #expect(page.count(of: "sunflower_gpu_usage_percent{") == 1)
        for name in ["sunflower_gpu_memory", "host_gpu_memory", "host_gpu_bar1", "DCGM_FI_DEV_FB_"] {
            #expect(page.count(of: name) == 0, "\(name)")
        }
        #expect(host.lost() == 0)
    }

    @Test("figures that cannot be are absent and counted, and cost no other")
    func impossible() throws {
        let script = "profile geforce\ngpu 0 set PowerUsage 4294000\ngpu 0 set Temperature 255\n"
        let host = try GPUHost(1, script + "gpu 0 set FanSpeedRPM 65535 1200\ngpu 0 set ClockInfo 345 345 40000 765\n")
        let page = host.scrape()
        #expect(page.count(of: "host_gpu_power_watts{gpu=\"0\",window=\"usage\"}") == 0)
        #expect(page.count(of: "host_gpu_temperature_celsius{gpu=\"0\",sensor=\"gpu\"}") == 0)
        #expect(page.count(of: "sunflower_gpu_temperature") == 0)
        #expect(page.count(of: "host_gpu_fan_rpm{") == 1)
        #expect(page.has("host_gpu_clock_hertz{gpu=\"0\",kind=\"current\",domain=\"sm\"} 3.45e+08"))
        #expect(page.count(of: "host_gpu_clock_hertz{gpu=\"0\",kind=\"current\",domain=\"memory\"}") == 0)
        #expect(host.lost() == 4 && host.firstLoss() == "GPU 0: a figure that cannot be")
    }

    @Test("the second GPU that is lost within half a minute costs no other's messages")
    func secondLoss() throws {
        let host = try GPUHost(3, "profile h200\ngpus 3\n", flags: ["--collector.nvidia.xid"])
        host.scrape()
        var script = "profile h200\ngpus 3\n"
        for gpu in 0..<2 {
            script += "gpu \(gpu) state lost\n"
            // What the driver answers who waits for a GPU that is gone.
            try host.fake.rewrite(script + "call EventSetWait_v2 return 15\n")
            let waits = host.fake.calls("EventSetWait_v2")
            // The clock goes on while it is waited, since a pause may begin at any moment of it.
            let isAsked = host.waitUntil {
                host.clock.pass(1)
                return host.fake.calls("EventSetWait_v2") > waits
            }
            #expect(isAsked)
            try host.fake.rewrite(script + "gpu 2 event xid \(31 + gpu)\n")
            let line = "host_gpu_xid_errors_total{gpu=\"2\",xid=\"\(31 + gpu)\"} 1"
            let isShown = host.waitUntil {
                host.clock.pass(1)
                return host.scrape().has(line)
            }
            #expect(isShown, "\(gpu)")
        }
    }
}

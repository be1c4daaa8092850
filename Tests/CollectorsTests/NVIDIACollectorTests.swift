// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import FakeNVMLSupport
import Foundation
import Testing

@testable import Collectors

@Suite(.enabled(if: FakeLibrary.whyNot == nil, "needs a C compiler for the fake libnvidia-ml"), .serialized)
struct NVIDIACollectorTests {
    @Test("eight GPUs give their figures, their states and Daena's rows")
    func eight() throws {
        let host = try GPUHost(8, "profile h200\ngpus 8\n")
        let page = host.scrape()
        #expect(page.count(of: "host_gpu_info{") == 8)
        #expect(page.count(of: "sunflower_gpu_usage_percent{") == 8)
        #expect(page.has("sunflower_gpu_usage_percent{gpu_id=\"7\"} 37"))
        #expect(page.has("sunflower_gpu_memory_total_bytes{gpu_id=\"0\"} 1.50754820096e+11"))
        #expect(page.has("daena_device_available{device_type=\"gpu\"} 1"))
        for gpu in 0..<8 { #expect(host.state(page, gpu) == "available") }
        #expect(host.outcome() == .available && host.lost() == 0)
        // One batch, and one handle for each device for ever.
        host.fake.resetCalls()
        host.scrape()
        #expect(host.fake.calls("DeviceGetFieldValues") == 8)
        #expect(host.fake.calls("DeviceGetHandleByPciBusId_v2") == 0)
    }

    @Test("a GPU that is lost loses only itself, is tried again each 30 seconds and comes back under its number")
    func lost() throws {
        let host = try GPUHost(3, "profile h200\ngpus 3\n")
        host.scrape()
        try host.fake.rewrite("profile h200\ngpus 3\ngpu 1 state lost\n")
        var page = host.scrape()
        #expect(host.state(page, 1) == "lost")
        #expect(host.state(page, 2) == "available")
        #expect(page.has("host_gpu_performance_state{gpu=\"2\"} 0"))
        #expect(!page.contains("host_gpu_performance_state{gpu=\"1\"}"))
        #expect(page.contains("host_gpu_info{gpu=\"1\""))
        #expect(host.lost() == 1)
        host.fake.resetCalls()
        host.clock.pass(29)
        host.scrape()
        #expect(host.fake.calls("DeviceGetHandleByPciBusId_v2") == 0)
        host.clock.pass(2)
        host.scrape()
        #expect(host.fake.calls("DeviceGetHandleByPciBusId_v2") == 1)
        try host.fake.rewrite("profile h200\ngpus 3\n")
        host.clock.pass(31)
        page = host.scrape()
        #expect(host.state(page, 1) == "available")
        #expect(page.has("host_gpu_performance_state{gpu=\"1\"} 0"))
        #expect(host.lost() == 0 && host.fake.abuses == 0)
    }

    @Test("a GPU that must be reset, or asks for it, says so")
    func reset() throws {
        let host = try GPUHost(2, "profile h200\ngpus 2\ngpu 0 state reset_required\ngpu 1 field 230 1 u32\n")
        let page = host.scrape()
        #expect(host.state(page, 0) == "reset_required")
        #expect(host.state(page, 1) == "recovery_needed")
        #expect(page.has("daena_device_available{device_type=\"gpu\"} 0"))
        #expect(page.has("host_gpu_recovery_action{gpu=\"1\",action=\"gpu_reset\"} 1"))
    }

    @Test("a suspended GPU is never asked anything, and the library is shut down when all sleep")
    func suspended() throws {
        let host = try GPUHost(2, "profile h200\ngpus 2\n")
        host.scrape()
        host.setPower(1, "suspended")
        host.scrape()
        host.fake.resetCalls()
        var page = host.scrape()
        #expect(host.state(page, 1) == "suspended")
        #expect(host.fake.calls(gpu: 1) == 0)
        #expect(host.fake.calls(gpu: 0) > 0)
        #expect(!page.contains("host_gpu_performance_state{gpu=\"1\"}"))
        host.setPower(0, "suspended")
        host.scrape()
        #expect(host.fake.calls("Shutdown") == 1)
        host.fake.resetCalls()
        page = host.scrape()
        #expect(host.fake.calls() == 0)
        #expect(host.state(page, 0) == "suspended")
        #expect(page.has("daena_device_available{device_type=\"gpu\"} 1"))
        host.setPower(0, "active")
        page = host.scrape()
        #expect(page.has("host_gpu_performance_state{gpu=\"0\"} 0"))
        #expect(host.fake.calls(gpu: 1) == 0 && host.fake.abuses == 0)
    }

    @Test("suspended from the start, nothing is initialised")
    func suspendedAtStart() throws {
        let host = try GPUHost(1, "profile h200\n")
        host.setPower(0, "suspended")
        let page = host.scrape()
        #expect(host.fake.calls() == 0)
        #expect(host.state(page, 0) == "suspended")
    }

    @Test("a driver that is unloaded and loaded again is found again")
    func unload() throws {
        let host = try GPUHost(1, "profile h200\n")
        host.scrape()
        try host.fake.rewrite("profile h200\ninit 9\ncall DeviceGetUtilizationRates return 1\n")
        var page = host.scrape()
        #expect(host.state(page, 0) != "available" || !page.contains("host_gpu_performance_state"))
        host.clock.pass(2)
        page = host.scrape()
        #expect(host.state(page, 0) == "driver_not_loaded")
        #expect(host.outcome() != .available)
        host.bind(0, false)
        host.scrape()
        page = host.scrape()
        #expect(host.state(page, 0) == "no_driver")
        try host.fake.rewrite("profile h200\n")
        host.bind(0, true)
        host.clock.pass(31)
        host.scrape()
        page = host.scrape()
        #expect(host.state(page, 0) == "available")
        #expect(page.has("host_gpu_performance_state{gpu=\"0\"} 0"))
        #expect(host.fake.abuses == 0)
    }

    @Test("attempts after a failure are 1, 2, 4 and at most 30 seconds apart")
    func pauses() throws {
        let host = try GPUHost(1, "profile h200\ninit 9\n")
        host.scrape()
        #expect(host.fake.calls("Init_v2") == 1)
        host.scrape()
        #expect(host.fake.calls("Init_v2") == 1)
        for (attempt, pause) in [1, 2, 4, 8, 16, 30, 30].enumerated() as EnumeratedSequence<[UInt64]> {
            host.clock.pass(pause - 1)
            host.scrape()
            #expect(host.fake.calls("Init_v2") == UInt64(attempt + 1))
            host.clock.pass(1)
            host.scrape()
            #expect(host.fake.calls("Init_v2") == UInt64(attempt + 2))
        }
    }

    @Test("a driver that is upgraded under a running agent is a mismatch until the new library is there")
    func upgrade() throws {
        let host = try GPUHost(1, "profile h200\n")
        host.scrape()
        host.write("sys/module/nvidia/version", "595.10.01\n")
        try host.fake.rewrite("profile h200\ninit 18\n")
        var page = host.scrape()
        #expect(host.state(page, 0) == "driver_mismatch")
        #expect(!page.contains("host_gpu_performance_state"))
        try host.fake.replace(withDriver: 580)
        try host.fake.rewrite("profile h200\ndriver \"595.10.01\"\n")
        host.clock.pass(31)
        page = host.scrape()
        #expect(host.state(page, 0) == "available")
        #expect(page.contains("driver_version=\"595.10.01\""))
    }

    @Test("a library that appears after the start is found")
    func appears() throws {
        let host = try GPUHost(1, "profile h200\n")
        let away = host.fake.path + ".away"
        try FileManager.default.moveItem(atPath: host.fake.path, toPath: away)
        var page = host.scrape()
        #expect(host.state(page, 0) == "library_missing")
        guard case .absent(let absence) = host.outcome() else {
            Issue.record("not absent")
            return
        }
        #expect(absence.reason == .libraryMissing)
        try FileManager.default.moveItem(atPath: away, toPath: host.fake.path)
        host.clock.pass(31)
        page = host.scrape()
        #expect(host.state(page, 0) == "available")
    }

    @Test("on demand every handle is let go of, and taken again after the time")
    func release() throws {
        let host = try GPUHost(1, "profile h200\n")
        host.scrape()
        host.source.release(forNanoseconds: 60_000_000_000)
        #expect(host.waitUntil { host.fake.calls("Shutdown") == 1 && !host.source.isRunning })
        host.fake.resetCalls()
        var page = host.scrape()
        #expect(host.fake.calls() == 0 && !page.contains("host_gpu_"))
        host.clock.pass(59)
        host.scrape()
        #expect(host.fake.calls() == 0)
        host.clock.pass(2)
        page = host.scrape()
        #expect(page.has("host_gpu_performance_state{gpu=\"0\"} 0"))
        #expect(host.fake.abuses == 0)
    }

    @Test("Xid messages are counted, by a thread that ends with the library")
    func xid() throws {
        let host = try GPUHost(
            2, "profile h200\ngpus 2\ngpu 1 event xid 79\n",
            flags: ["--collector.nvidia.xid", "--collector.nvidia.dcgm-names"])
        host.scrape()
        #expect(host.waitUntil { host.scrape().has("host_gpu_xid_errors_total{gpu=\"1\",xid=\"79\"} 1") })
        let page = host.scrape()
        #expect(page.count(of: "host_gpu_xid_last_timestamp_seconds{gpu=\"1\",xid=\"79\"} ") == 1)
        let number = page.split(separator: "\n").filter { $0.hasPrefix("DCGM_FI_DEV_XID_ERRORS{gpu=\"1\",") }
        #expect(number.count == 1 && number.allSatisfy { $0.hasSuffix(" 79") })
        #expect(host.outcome() == .available && host.lost() == 0)
        host.source.release(forNanoseconds: 60_000_000_000)
        #expect(host.waitUntil { host.fake.calls("Shutdown") == 1 })
        #expect(host.fake.abuses == 0)
    }

    @Test("MIG instances that come and go are followed")
    func mig() throws {
        let start = "profile h200\ngpu 0 set MigMode 1 1\ngpu 0 mig 0 gi 1 ci 0 sms 16 slices 1 total 1000 used 10\n"
        let host = try GPUHost(1, start, flags: ["--collector.nvidia.mig", "--collector.nvidia.gpm"])
        host.scrape()
        #expect(host.scrape().count(of: "host_gpu_mig_info{") == 1)
        try host.fake.rewrite(start + "gpu 0 mig 4 gi 3 ci 0 sms 16 slices 1 total 1000 used 10\n")
        #expect(host.scrape().count(of: "host_gpu_mig_info{") == 2)
        try host.fake.rewrite("profile h200\n")
        #expect(host.scrape().count(of: "host_gpu_mig_info{") == 0)
        #expect(host.fake.abuses == 0)
    }
}

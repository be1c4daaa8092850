// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import FakeNVMLSupport
import Foundation
import Testing

@testable import Collectors

@Suite(.enabled(if: FakeLibrary.whyNot == nil, "needs a C compiler for the fake libnvidia-ml"), .serialized)
struct NVIDIAHangTests {
    static let eight = "profile h200\ngpus 8\ngpu * set MigMode 1 1\ngpu * mig 2 gi 3 ci 0\n"
    static let flags = ["--collector.nvidia.mig", "--collector.nvidia.gpm", "--collector.nvidia.nvlinks"]
    /// A thread that waits for events ends within a second: too long to be waited for at each call.
    static func flags(for call: String) -> [String] {
        call.hasSuffix("Events") || call.hasSuffix("EventTypes") ? flags + ["--collector.nvidia.xid"] : flags
    }
    static let processes = "gpu * process compute 4711 1000000\n"

    /// Every call that two cycles make about one GPU of eight.
    static let deviceCalls: [String] = {
        guard let host = try? GPUHost(8, eight + processes, flags: flags(for: "Events")) else { return [] }
        let counts = host.fake.folder + "/counts"
        guard (try? host.fake.rewrite(eight + processes + "counts \"\(counts)\"\n")) != nil else { return [] }
        for _ in 0..<2 { host.scrape() }
        guard let text = try? String(contentsOfFile: counts, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3, words[1] == "5", let count = Int(words[2]), count > 0 else { return nil }
            return String(words[0])
        }
    }()

    @Test("whichever call about one GPU of eight hangs, it alone is stuck and the others' values stay")
    func walk() throws {
        #expect(Self.deviceCalls.count > 60, "too few calls to have tried anything")
        for call in Self.deviceCalls {
            let script = Self.eight + Self.processes
            let host = try GPUHost(
                8, script + "gpu 5 call \(call) hang forever\n", flags: Self.flags(for: call), mayHang: true)
            for attempt in 1...2 {
                let page = host.scrape()
                // What is read from the second cycle on hangs in the second.
                if host.fake.hangingThreads == 0 { continue }
                #expect(host.fake.hangingThreads == 1, "\(call)")
                #expect(host.state(page, 5) == "stuck", "\(call) \(attempt)")
                for gpu in 0..<8 where gpu != 5 {
                    #expect(host.state(page, gpu) == "available", "\(call)")
                    #expect(page.has("host_gpu_performance_state{gpu=\"\(gpu)\"} 0"), "\(call) \(gpu)")
                }
                #expect(page.count(of: "host_gpu_performance_state{") == 7, "\(call)")
                #expect(page.has("daena_device_available{device_type=\"gpu\"} 1"), "\(call)")
                #expect(host.outcome() == .available && host.lost() == 1, "\(call)")
                #expect(host.firstLoss() == "0000:6b:00.0: a call has not come back", "\(call)")
            }
            #expect(host.fake.hangingThreads == 1, "\(call) was not tried")
            try host.fake.rewrite(script)
            #expect(host.waitUntil { host.fake.hangingThreads == 0 && !host.source.isRunning }, "\(call)")
            let page = host.scrape()
            for gpu in 0..<8 { #expect(host.state(page, gpu) == "available", "\(call)") }
            #expect(page.count(of: "host_gpu_performance_state{") == 8, "\(call)")
            #expect(host.lost() == 0 && host.fake.abuses == 0, "\(call)")
        }
    }

    @Test(
        "a call about the library as a whole that hangs makes all GPUs stuck",
        arguments: ["Init_v2", "SystemGetDriverVersion", "DeviceGetCount_v2", "EventSetCreate"])
    func whole(call: String) throws {
        let script = "profile h200\ngpus 3\n"
        let host = try GPUHost(
            3, script + "call \(call) hang forever\n", flags: ["--collector.nvidia.xid"], mayHang: true)
        for _ in 0..<3 {
            let page = host.scrape()
            #expect(host.fake.hangingThreads == 1)
            for gpu in 0..<3 { #expect(host.state(page, gpu) == "stuck") }
            #expect(page.count(of: "host_gpu_") == 0)
            #expect(page.has("daena_device_available{device_type=\"gpu\"} 0"))
            #expect(host.outcome() == .failed(.busy("libnvidia-ml")))
        }
        try host.fake.rewrite(script)
        #expect(host.waitUntil { !host.source.isRunning })
        let page = host.scrape()
        for gpu in 0..<3 { #expect(host.state(page, gpu) == "available") }
        #expect(page.count(of: "host_gpu_performance_state{") == 3)
    }

    @Test("where every GPU hangs each has one thread, and nothing is said of them")
    func all() throws {
        let host = try GPUHost(
            3, "profile h200\ngpus 3\ncall DeviceGetUtilizationRates hang forever\n", mayHang: true)
        for _ in 0..<3 {
            let page = host.scrape()
            for gpu in 0..<3 { #expect(host.state(page, gpu) == "stuck") }
            #expect(host.fake.hangingThreads == 3)
            #expect(page.count(of: "host_gpu_") == 0)
            #expect(host.outcome() == .failed(.busy("every GPU of libnvidia-ml")))
        }
    }

    @Test("the library is not shut down under a thread that hangs, whoever asks for it")
    func noShutdown() throws {
        let script = "profile h200\ngpus 2\n"
        let host = try GPUHost(2, script + "gpu 0 call DeviceGetPowerUsage hang forever\n", mayHang: true)
        host.scrape()
        // A driver that goes, as the other GPU tells.
        try host.fake.rewrite(
            script + "gpu 0 call DeviceGetPowerUsage hang forever\ngpu 1 call DeviceGetMigMode return 9\n")
        host.scrape()
        host.clock.pass(5)
        var page = host.scrape()
        #expect(host.state(page, 1) == "driver_not_loaded")
        host.source.release(forNanoseconds: 60_000_000_000)
        page = host.scrape()
        #expect(host.fake.calls("Shutdown") == 0 && host.fake.hangingThreads == 1)
        #expect(page.count(of: "host_gpu_performance_state{") == 0)
        host.source.release(forNanoseconds: 0)
        try host.fake.rewrite(script)
        #expect(host.waitUntil { !host.source.isRunning })
        host.clock.pass(31)
        page = host.scrape()
        #expect(host.fake.calls("Shutdown") == 1)
        #expect(page.count(of: "host_gpu_performance_state{") == 2)
        #expect(host.fake.abuses == 0)
    }
}

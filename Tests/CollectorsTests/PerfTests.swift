// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Foundation
import KernelFiles
import ScrapeSupport
import Testing

@testable import Collectors

/// What is counted, on which CPUs, and what becomes of counters that take turns.
@Suite struct PerfTests {
    private func reading(enabled: UInt64, running: UInt64) -> PerfEventGroup.Reading {
        var reading = PerfEventGroup.Reading()
        reading.enabledNanoseconds = enabled
        reading.runningNanoseconds = running
        return reading
    }

    @Test("an event that counted all the time has its own count")
    func whole() {
        var count = PerfCount()
        count.add(7, in: reading(enabled: 100, running: 100))
        #expect(count.value == 7)
        count.add(UInt64(1) << 60, in: reading(enabled: 200, running: 200))
        #expect(count.value == UInt64(1) << 60)
    }

    @Test("an event that took turns is made up from reading to reading, and never falls")
    func turns() {
        var count = PerfCount()
        count.add(100, in: reading(enabled: 1_000, running: 250))
        #expect(count.value == 400)
        // No turn at all: nothing is known of it.
        count.add(100, in: reading(enabled: 2_000, running: 250))
        #expect(count.value == 400)
        // All of the second that follows: together with the time without a turn.
        count.add(200, in: reading(enabled: 3_000, running: 1_250))
        #expect(count.value == 600)
        count.add(200, in: reading(enabled: 4_000, running: 2_250))
        #expect(count.value == 600)
    }

    @Test("an event that has had no turn yet has no count")
    func none() {
        var count = PerfCount()
        count.add(0, in: reading(enabled: 1_000, running: 0))
        #expect(count.value == nil)
    }

    @Test(
        "CPUs are chosen by lists of ranges and steps",
        arguments: [
            ("0", [0]), ("0-3", [0, 1, 2, 3]), ("0-3,8", [0, 1, 2, 3, 8]), ("1-10:5", [1, 6]), ("3-1", []),
            ("2,2", [2]),
        ])
    func cpus(text: String, numbers: [Int]) throws {
        #expect(try PerfSelection.numbers(text)?.sorted() == numbers)
    }

    @Test(
        "what is no list of CPUs is refused at the start",
        arguments: ["x", "1-", "-1", "1,", "1:2", "1-4:0", "1-4:", "1-2-3", "1-4:2:1", "99999999"])
    func noCPUs(text: String) {
        #expect(throws: ConfigurationError.self) { try PerfSelection.numbers(text) }
    }

    @Test("a tracepoint is a group and an event, and its family is named by both")
    func tracepoints() throws {
        let tracepoint = try #require(PerfTracepoint("sched:sched_process_exec"))
        #expect(tracepoint.family.name == "node_perf_sched_sched_process_exec")
        #expect(tracepoint.idPath(below: "/t") == "/t/events/sched/sched_process_exec/id")
        for text in ["", "sched", "sched:", ":exec", "a:b:c", "../x:y", "a:b c"] {
            #expect(PerfTracepoint(text) == nil)
        }
    }

    @Test("flags choose the kinds of events, and cache events by name")
    func choice() throws {
        func keys(_ given: [String: [String]]) throws -> [PerfMetric] {
            try PerfSelection(Options(given: given)).keys
        }
        let prefix = "collector.perf."
        #expect(try keys([:]).count == 30)
        #expect(try keys([prefix + "disable-hardware-profilers": ["true"]]).count == 21)
        #expect(try keys([prefix + "disable-software-profilers": ["true"]]).count == 25)
        #expect(try keys([prefix + "disable-cache-profilers": ["true"]]).count == 14)
        let some = [prefix + "cache-profilers": ["LLReadMiss", "L1DataReadHit", "NoSuch"]]
        #expect(try keys(some).filter { $0.kind == .cache } == [.l1DataReads, .lastLevelReadMisses])
        #expect(try PerfSelection(Options(given: some)).unknownProfilers == ["NoSuch"])
    }

    @Test("page faults of this process are counted on the CPUs that are online")
    func live() throws {
        var group = PerfEventGroup(cpu: 0)
        do throws(PerfError) {
            try group.add(type: 1, config: 2)
        } catch {
            let whyNot = "perf_event_open: \(KernelFileError.text(of: error.errno))"
            print("skipped: PerfTests: \(whyNot)")
            try Test.cancel("\(whyNot)")
        }
        let entry = CollectorEntry(PerfCollector.self)
        let given = [
            "collector.perf.disable-hardware-profilers": ["true"], "collector.perf.disable-cache-profilers": ["true"],
        ]
        let driver = try ScrapeDriver([entry], roots: Roots(), options: Options(given: given))
        driver.scrape()
        let before = faults(driver.samples)
        // Touched for the first time, each page faults.
        let size = 64 << 20
        let pages = try #require(mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        for at in stride(from: 0, to: size, by: 4_096) { pages.storeBytes(of: 1, toByteOffset: at, as: UInt8.self) }
        munmap(pages, size)
        driver.scrape()
        #expect(driver.state == "ok")
        // Huge pages make fewer faults of it, one for 2 MiB at least.
        #expect(faults(driver.samples) - before >= 32)
        #expect(driver.samples.contains { $0.hasPrefix("node_perf_context_switches_total{cpu=\"0\"} ") })
    }

    private func faults(_ samples: [String]) -> Double {
        samples.filter { $0.hasPrefix("node_perf_page_faults_total") }
            .reduce(0) { $0 + (Double($1.split(separator: " ").last ?? "") ?? 0) }
    }
}

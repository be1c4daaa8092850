// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Glibc
import KernelFiles
import Scraping
import Synchronization
import Testing

@Suite struct CollectorStateTests {
    /// A collector of the real kind, which throws after its first sample.
    private struct HalfwayCollector: Collector {
        enum Metric: Int, FamilyKey {
            case first, second
            var family: MetricFamily { .gauge(self == .first ? "stub_first" : "stub_second", [], "Half of it.") }
        }

        static let descriptor = CollectorDescriptor(
            name: "halfway", group: .system, help: "A stub.", reads: [])

        init(context: CollectorContext) {}

        mutating func collect(
            from reader: inout KernelFileReader, into writer: inout Writer
        ) throws(CollectorError) -> Availability {
            writer.write(Metric.first, 1)
            throw .malformed(path: "/proc/half", what: "way")
        }
    }

    @Test("a collector that throws half-way leaves nothing of its families")
    func throwsHalfway() throws {
        let context = CollectorContext(roots: Roots(), options: Options(), sources: Sources())
        let client = ScrapeClient([
            try CollectorRunner(HalfwayCollector.self, context: context), StubCollector.good("other"),
        ])
        for _ in 1...3 {
            let page = client.page()
            #expect(page.values("stub_first").isEmpty)
            #expect(page.states("halfway") == ["failed"] && page.success("halfway") == "0")
            #expect(page.states("other") == ["ok"])
            #expect(page.problems.isEmpty)
        }
        #expect(client.scraper.reports().first??.reason == "/proc/half: unexpected content \"way\"")
    }

    /// A collector of the real kind, which goes another way in the second to the fourth scrape.
    private struct DetourCollector: Collector {
        enum Metric: Int, FamilyKey {
            case value
            var family: MetricFamily { .gauge("stub_detour", [], "A stub's.") }
        }

        static let descriptor = CollectorDescriptor(name: "detour", group: .system, help: "A stub.", reads: [])

        init(context: CollectorContext) {}

        mutating func collect(
            from reader: inout KernelFileReader, into writer: inout Writer
        ) throws(CollectorError) -> Availability {
            if (2...4).contains(reader.scrape) { writer.fallBack("the door is closed, the window is taken") }
            writer.write(Metric.value, 1)
            return .available
        }
    }

    @Test("another way than the usual one is told once when it begins, and once when it is over")
    func detour() throws {
        let context = CollectorContext(roots: Roots(), options: Options(), sources: Sources())
        let client = ScrapeClient([try CollectorRunner(DetourCollector.self, context: context)])
        var reasons: [String] = []
        for _ in 1...6 {
            let page = client.page()
            #expect(page.states("detour") == ["ok"] && page.values("stub_detour") == ["1"])
            reasons.append(try #require(client.scraper.reports().first ?? nil).reason)
        }
        let detour = "the door is closed, the window is taken"
        #expect(reasons == ["", detour, detour, detour, "", ""])
        #expect(client.changes.all == ["detour: ok", "detour: ok", "detour: ok"])
    }

    private struct Case: CustomTestStringConvertible, Sendable {
        let state: String
        let success: String
        let absentIsSuccess: Bool
        let body: StubCollector.Body

        init(
            _ state: String, success: String, absentIsSuccess: Bool = false,
            _ body: @escaping @Sendable (inout MetricWriter<NoMetrics>) throws(CollectorError) -> Availability
        ) {
            self.state = state
            self.success = success
            self.absentIsSuccess = absentIsSuccess
            self.body = { _, writer throws(CollectorError) in
                writer.write(sample: "stub_it", 1)
                return try body(&writer)
            }
        }

        var testDescription: String { "\(state) \(success)" }

        static let all: [Case] = [
            Case("ok", success: "1") { _ in .available },
            Case("degraded", success: "1") { writer in
                writer.loseItem("one line")
                return .available
            },
            Case("no_device", success: "0") { _ in .noDevice("none") },
            Case("no_device", success: "1", absentIsSuccess: true) { _ in .noDevice("none") },
            Case("kernel_feature_missing", success: "0") { _ in .noKernelFeature("none") },
            Case("kernel_feature_missing", success: "1", absentIsSuccess: true) { _ in .noKernelFeature("none") },
            Case("library_missing", success: "0") { _ in .absent(Absence(.libraryMissing, "none")) },
            Case("no_permission", success: "0", absentIsSuccess: true) { _ in .absent(Absence(.noPermission, "none")) },
            Case("no_permission", success: "0") { _ throws(CollectorError) in
                throw .file(KernelFileError(.open, path: "/proc/x", errno: EACCES))
            },
            Case("failed", success: "0") { _ throws(CollectorError) in
                throw .file(KernelFileError(.read, path: "/proc/x", errno: EIO))
            },
            Case("failed", success: "0", absentIsSuccess: true) { _ throws(CollectorError) in throw .other("broken") },
            Case("timed_out", success: "0") { _ throws(CollectorError) in throw .busy("a disk") },
        ]
    }

    @Test("each outcome has its state, its success and its samples", arguments: Case.all)
    private func state(expected: Case) {
        let slot = StubCollector("it", absentIsSuccess: expected.absentIsSuccess, body: expected.body)
        let page = ScrapeClient([slot]).page()
        #expect(page.states("it") == [expected.state])
        #expect(page.success("it") == expected.success)
        let isShown = expected.state == "ok" || expected.state == "degraded"
        #expect(page.values("stub_it") == (isShown ? ["1"] : []))
        #expect(page.problems.isEmpty)
    }

    @Test("a state change is told once, with the state before it")
    func changes() {
        let loses = Atomic<Bool>(false)
        let slot = StubCollector("it") { _, writer in
            if loses.load(ordering: .relaxed) { writer.loseItem("one line") }
            return .available
        }
        let client = ScrapeClient([slot])
        for round in 0..<12 {
            loses.store(round / 3 % 2 == 1, ordering: .relaxed)
            _ = client.page()
        }
        #expect(client.changes.all == ["it: ok", "it: degraded", "it: ok", "it: degraded"])
    }

    @Test("the agent's own series are there when they are wanted, and nothing of them when not")
    func agentSeries() {
        let client = ScrapeClient([StubCollector.good("one")], agent: .stub)
        _ = client.page()
        let page = client.page()
        for name in [
            "host_exporter_build_info", "node_exporter_build_info", "process_cpu_seconds_total", "process_open_fds",
            "process_resident_memory_bytes", "process_virtual_memory_bytes", "process_virtual_memory_max_bytes",
            "process_max_fds", "process_start_time_seconds", "process_threads", "host_scrape_duration_seconds",
            "host_scrape_samples", "host_scrape_bytes",
        ] {
            #expect(page.values(name).count == 1, "\(name)")
        }
        let bare = ScrapeClient([StubCollector.good("one")])
        _ = bare.page()
        let names = Set(bare.page().families.map(\.name))
        #expect(
            names == [
                "stub_one", "node_scrape_collector_duration_seconds", "node_scrape_collector_success",
                "host_collector_state", "host_collector_items_lost",
            ])
    }

    @Test("the figures of the last scrape are those of its page")
    func lastScrape() {
        let client = ScrapeClient([StubCollector.good("one")], agent: .stub)
        let first = client.page()
        let second = client.page()
        #expect(second.values("host_scrape_samples") == ["\(first.samples.count)"])
        #expect(second.values("host_scrape_bytes") == ["\(first.bytes.count)"])
    }
}

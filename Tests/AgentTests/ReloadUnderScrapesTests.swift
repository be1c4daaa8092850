// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Collectors
import Configuration
import Logging
import Pages
import Synchronization
import Testing

@testable import Agent

/// Everything that threads share is used at once here, which is what `make test-tsan` looks at.
@Suite struct ReloadUnderScrapesTests {
    /// Each differs from its neighbours in switches, in options of sources that go on, and in options of those that do not.
    private static let files = [
        "", "collector.loadavg: false\n", "collector.textfile.directory: [@/other]\n",
        "collector.filesystem.mount-points-exclude: ^/x\ncollector.hwmon: false\n",
        "collector.hwmon.chip-exclude: none\ncollector.watchdog: false\ndevice.expected: [cpu:1]\n",
        "collector.textfile.directory: [@/text, @/other]\ncollector.nvidia.processes: 3\n",
        "web.disable-exporter-metrics: true\ncollector.netclass.ignored-devices: ^lo$\n",
    ]

    private final class Tally: Sendable {
        let pages = Atomic<Int>(0)
        let isOver = Atomic<Bool>(false)
    }

    /// Both of one collector's: its samples and how it did.
    private static func check(_ page: String) {
        let hasLoad = page.contains("\nnode_load1 0.25\n")
        let isShown = page.contains("node_scrape_collector_success{collector=\"loadavg\"} 1\n")
        #expect(hasLoad == isShown, "\(page)")
        #expect(page.contains("\nnode_filefd_allocated 100\n"))
        #expect(page.contains("\nnode_textfile_scrape_error 0\n"))
        #expect(page.hasSuffix("\n") && !page.contains("\n\n"))
    }

    private static func page(of renderer: ScraperRenderer) async -> String {
        await withCheckedContinuation { continuation in
            let deadline = Clock.monotonicNanoseconds() + 60_000_000_000
            renderer.render(PageRequest(choice: .all, format: .text, deadlineNanoseconds: deadline)) { answer in
                guard case .page(let bytes) = answer else { return continuation.resume(returning: "refused") }
                continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
            }
        }
    }

    @Test("pages are whole and of one configuration while it is read again", .timeLimit(.minutes(2)))
    func pages() async throws {
        let host = try MadeUpHost()
        for (name, text) in [
            ("text/a.prom", "a_metric 1\n"), ("other/b.prom", "b_metric 2\n"),
            ("sys/class/hwmon/hwmon0/name", "chip\n"),
            ("sys/class/hwmon/hwmon0/temp1_input", "21000\n"), ("sys/class/watchdog/watchdog0/timeleft", "7\n"),
            ("proc/1/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"),
        ] { try host.folder.write(name, text) }
        let flags = ["config.file": [host.file], "collector.textfile": ["true"]]
        func file(_ number: Int) -> String {
            let base = "collector.textfile.directory: [@/text]\n"
            let text = Self.files[number % Self.files.count]
            return String(
                (text.contains("textfile") ? text : base + text).flatMap { $0 == "@" ? host.folder.path : "\($0)" })
        }
        try host.folder.write("config.yml", file(0))
        let loaded = try host.load(flags).configuration
        let renderer = ScraperRenderer(
            try Assembly(options: loaded.options, entries: Registry.entries, facts: MadeUpHost.facts, logger: nil),
            onBeat: {})
        let log = CapturedLog()
        let reload = Reload(
            of: loaded, load: { () throws(LoadedConfiguration.Refusal) in try host.load(flags) }, logger: log.logger,
            logLevel: LogLevel(word: "info"), renderer: renderer, changeScrapeTimeout: { _ in })

        let tally = Tally()
        let reloads = 2 * Self.files.count
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    repeat {
                        Self.check(await Self.page(of: renderer))
                        tally.pages.add(1, ordering: .relaxed)
                    } while !tally.isOver.load(ordering: .relaxed)
                }
            }
            group.addTask {
                while !tally.isOver.load(ordering: .relaxed) {
                    _ = renderer.watch(nowNanoseconds: Clock.monotonicNanoseconds())
                    renderer.current.scraper.sample()
                    _ = renderer.current.letGoOfDevices()
                    _ = renderer.collectorReports()
                    try await Task.sleep(for: .milliseconds(3))
                }
                // Whoever still waits needs the deadlines.
                for _ in 0..<50 {
                    _ = renderer.watch(nowNanoseconds: Clock.monotonicNanoseconds())
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            for number in 1...reloads {
                // Each configuration makes at least a page.
                let before = tally.pages.load(ordering: .relaxed)
                while tally.pages.load(ordering: .relaxed) == before { try await Task.sleep(for: .milliseconds(2)) }
                try host.folder.write("config.yml", file(number))
                reload.run()
            }
            tally.isOver.store(true, ordering: .relaxed)
            try await group.waitForAll()
        }
        let lines = log.take().filter { !$0.hasPrefix("debug ") }
        #expect(lines.count { $0.hasPrefix("info configuration read again changed=") } == reloads, "\(lines)")
        #expect(tally.pages.load(ordering: .relaxed) >= reloads)
    }
}

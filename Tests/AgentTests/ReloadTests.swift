// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Configuration
import Logging
import Synchronization
import Testing

@testable import Agent

@Suite struct ReloadTests {
    /// What serves, but for the server.
    private final class Serving {
        let host: MadeUpHost
        let log = CapturedLog()
        let level = LogLevel(word: "info")
        let renderer: ScraperRenderer
        private(set) var timeouts: [Duration] = []
        private var reload: Reload?

        init(file: String, flags: [String: [String]] = [:]) throws {
            let host = try MadeUpHost()
            try host.folder.write("config.yml", file)
            let flags = flags.merging(["config.file": [host.file]]) { $1 }
            self.host = host
            renderer = ScraperRenderer(try host.assembly(flags), onBeat: {})
            reload = Reload(
                of: try host.load(flags).configuration,
                load: { () throws(LoadedConfiguration.Refusal) in try host.load(flags) }, logger: log.logger,
                logLevel: level, renderer: renderer, changeScrapeTimeout: { [unowned self] in timeouts.append($0) })
        }

        /// Reads another file, and returns what is logged of it.
        func read(_ file: String) throws -> [String] {
            try host.folder.write("config.yml", file)
            reload?.run()
            return log.take()
        }
    }

    @Test("a file that says the same exchanges nothing")
    func unchanged() throws {
        let serving = try Serving(file: "collector.filefd: false\n")
        let before = serving.renderer.current.scraper
        #expect(
            try serving.read("# the same\ncollector.filefd: false\n")
                == ["info configuration read again, nothing to change"])
        #expect(serving.renderer.current.scraper === before && serving.timeouts.isEmpty)
    }

    @Test("switches of collectors are taken over, and back")
    func collectors() throws {
        let serving = try Serving(file: "")
        #expect(
            try serving.read("collector.filefd: false\n")
                == ["info configuration read again changed=collector.filefd collectors=1"])
        #expect(serving.renderer.current.names == ["loadavg"])
        #expect(try serving.read("") == ["info configuration read again changed=collector.filefd collectors=2"])
        #expect(serving.renderer.current.names == ["filefd", "loadavg"])
    }

    @Test("log level and time-out are taken over without new collectors")
    func others() throws {
        let serving = try Serving(file: "")
        let before = serving.renderer.current.scraper
        #expect(
            try serving.read("log.level: debug\nscrape.timeout: 2s\n")
                == ["info configuration read again changed=log.level scrape.timeout collectors=2"])
        #expect(serving.level.current == .debug && serving.timeouts == [.seconds(2)])
        #expect(serving.renderer.current.scraper === before)
        _ = try serving.read("")
        #expect(serving.level.current == .info && serving.timeouts == [.seconds(2), .seconds(5)])
    }

    @Test("what cannot change while serving is said, and the rest is taken over")
    func restart() throws {
        let serving = try Serving(file: "")
        let lines = try serving.read(
            "web.listen-address: [\":1\"]\nlog.format: json\nweb.telemetry-path: /m\ncollector.filefd: false\n")
        #expect(
            lines == [
                "warning a changed setting needs a restart setting=log.format",
                "warning a changed setting needs a restart setting=web.listen-address",
                "warning a changed setting needs a restart setting=web.telemetry-path",
                "info configuration read again changed=collector.filefd collectors=1",
            ])
        #expect(serving.renderer.current.options[GlobalOptions.telemetryPath] == "/metrics")
        // It is said again as long as it is so.
        #expect(try serving.read("log.format: json\ncollector.filefd: false\n").count == 2)
    }

    @Test("the agent's own series can be switched off and on")
    func agentSeries() throws {
        let serving = try Serving(file: "")
        func hasOwn() -> Bool {
            String(decoding: serving.renderer.current.scrapeOnce(), as: UTF8.self).contains("\nprocess_")
        }
        #expect(hasOwn())
        _ = try serving.read("web.disable-exporter-metrics: true\n")
        #expect(!hasOwn())
        _ = try serving.read("")
        #expect(hasOwn())
    }

    @Test("a flag beats the file, so what it sets is no change")
    func flags() throws {
        let serving = try Serving(file: "", flags: ["collector.filefd": ["true"]])
        #expect(
            try serving.read("collector.filefd: false\n") == ["info configuration read again, nothing to change"])
        #expect(serving.renderer.current.names == ["filefd", "loadavg"])
    }

    @Test(
        "an invalid file changes nothing, with one warning",
        arguments: [
            ("no.such: 1\ncollector.filefd: false\nlog.level: debug\n", "config.yml:1: no.such: "),
            ("log.level: loud\nno.such: 1\n", "(and 1 more)"), ("{", "config.yml:"),
            ("web.telemetry-path: metrics\nlog.level: debug\n", "--web.telemetry-path: it takes a path"),
            (
                "collector.arp.device-include: a\ncollector.arp.device-exclude: b\nlog.level: debug\n"
                    + "collector.filefd: false\n", "--collector.arp.device-"
            ),
        ])
    func invalid(file: String, reason: String) throws {
        let serving = try Serving(file: "collector.loadavg: true\n", flags: ["collector.arp": ["true"]])
        let before = serving.renderer.current.scraper
        let lines = try serving.read(file)
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("warning configuration not taken over, the one before stays reason=") == true)
        #expect(lines.first?.contains(reason) == true, "\(lines)")
        #expect(serving.renderer.current.scraper === before)
        #expect(serving.level.current == .info && serving.timeouts.isEmpty)
        #expect(try serving.read("collector.loadavg: true\n").first?.contains("nothing to change") == true)
    }

    @Test("a page that is asked for after a reload comes from the new collectors")
    func pages() throws {
        let serving = try Serving(file: "")
        func page() -> String { String(decoding: serving.renderer.current.scrapeOnce(), as: UTF8.self) }
        #expect(page().contains("\nnode_load1 0.25\n"))
        _ = try serving.read("collector.loadavg: false\n")
        #expect(!page().contains("node_load1") && page().contains("\nnode_filefd_allocated 100\n"))
    }
}

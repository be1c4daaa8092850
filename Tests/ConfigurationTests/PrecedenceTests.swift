// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Testing

@testable import Configuration

@Suite struct PrecedenceTests {
    @Test("a flag beats the environment, which beats the file, and each value knows where it came from")
    func precedence() {
        let file = parse("log.level: debug\nweb.max-requests: 1\npath.procfs: /a\nweb.listen-address: [a, b]")
        let environment = EnvironmentSettings(
            [
                ("HOST_EXPORTER_WEB_MAX_REQUESTS", "2"), ("HOST_EXPORTER_PATH_PROCFS", "/b"),
                ("HOST_EXPORTER_WEB_LISTEN_ADDRESS", "c\nd\n"), ("PATH", "/bin"),
            ], table: table)
        #expect(environment.problems == [])
        #expect(environment.warnings == [])
        let effective = EffectiveConfiguration(
            flags: ["path.procfs": ["/c"]], environment: environment.settings, file: file.settings, table: table)
        #expect(effective.options[logLevel] == "debug")
        #expect(effective.options[maxRequests] == 2)
        #expect(effective.options[procfs] == "/c")
        #expect(effective.options[listenAddress] == ["c", "d"])
        #expect(effective.origin(of: "log.level") == .file("c.yml", line: 1))
        #expect(effective.origin(of: "web.max-requests") == .environment("HOST_EXPORTER_WEB_MAX_REQUESTS"))
        #expect(effective.origin(of: "path.procfs") == .flag)
        #expect(effective.origin(of: "scrape.timeout") == nil)
        #expect(!effective.options.isGiven(scrapeTimeout))
    }

    @Test("an unknown variable of ours is a warning, a bad value a problem")
    func environmentProblems() {
        let read = EnvironmentSettings(
            [("HOST_EXPORTER_NOPE", "1"), ("HOST_EXPORTER_COLLECTOR_CPU", "no")], table: table)
        #expect(read.warnings.map(\.description) == ["HOST_EXPORTER_NOPE: no flag has this variable; it is ignored"])
        #expect(
            read.problems.map(\.description) == [
                "HOST_EXPORTER_COLLECTOR_CPU: \"no\" is not accepted; it takes true or false"
            ])
        #expect(read.settings.isEmpty)
    }

    @Test("a variable of an older name works with a warning, and yields to the current one")
    func olderName() {
        let old = ("HOST_EXPORTER_COLLECTOR_DISKSTATS_IGNORED_DEVICES", "a")
        let new = ("HOST_EXPORTER_COLLECTOR_DISKSTATS_DEVICE_EXCLUDE", "b")
        let name = "collector.diskstats.device-exclude"
        #expect(EnvironmentSettings([old], table: table).settings[name]?.values == ["a"])
        #expect(EnvironmentSettings([old, new], table: table).settings[name]?.values == ["b"])
        #expect(EnvironmentSettings([new, old], table: table).warnings.count == 1)
    }

    @Test("a pattern without its backslashes is warned of")
    func eatenBackslashes() {
        func warnings(_ pattern: String) -> Int {
            let flags = ["collector.diskstats.device-exclude": [pattern]]
            return EffectiveConfiguration(flags: flags, environment: [:], file: [:], table: table).warnings.count
        }
        #expect(warnings("^(ram|loop)d+$") == 1)
        #expect(warnings("^(ram|loop)\\d+$") == 0)
        #expect(warnings("^sd[a-z]$") == 0)
    }

    @Test("what is printed reads back as what it was", arguments: ["a'b\\d+\"", "é\t", "", "null", "  x: [y] # z"])
    func roundTrip(value: String) throws {
        let text = try #require(table.option("path.procfs"))
        let list = try #require(table.option("web.listen-address"))
        let file = parse(ConfigurationText.line(text, [value]) + "\n" + ConfigurationText.line(list, [value, "b"]))
        #expect(file.problems == [])
        #expect(file.settings["path.procfs"]?.values == [value])
        #expect(file.settings["web.listen-address"]?.values == [value, "b"])
    }

    @Test("changes are named, and what needs a restart can be kept")
    func changes() {
        func effective(_ flags: [String: [String]]) -> EffectiveConfiguration {
            EffectiveConfiguration(flags: flags, environment: [:], file: [:], table: table)
        }
        let before = effective(["log.level": ["debug"], "path.procfs": ["/a"]])
        let after = effective(["log.level": ["info"], "collector.cpu": ["false"]])
        #expect(after.changes(from: before) == ["collector.cpu", "log.level", "path.procfs"])
        let kept = after.keeping(["path.procfs"], of: before)
        #expect(kept.changes(from: before) == ["collector.cpu", "log.level"])
        #expect(kept.options[procfs] == "/a")
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Testing

@testable import Configuration

let listenAddress = Flag.texts("web.listen-address", help: "")
let maxRequests = Flag.integer("web.max-requests", default: 40, in: 0...1_000, help: "")
let procfs = Flag.text("path.procfs", default: "/proc", help: "")
let scrapeTimeout = Flag.duration("scrape.timeout", defaultNanoseconds: 5_000_000_000, help: "")
let logLevel = Flag.choice("log.level", default: "info", of: ["debug", "info"], help: "")

let table = FlagTable(
    ([
        Flag.toggle("collector.cpu", default: true, help: ""),
        Flag.toggle("collector.diskstats", default: true, help: ""),
        Flag.pattern(
            "collector.diskstats.device-exclude", default: "^(ram|loop)\\d+$", help: "",
            aliases: ["collector.diskstats.ignored-devices"]),
        listenAddress, maxRequests, procfs, scrapeTimeout, logLevel,
        Flag.text("runtime.gomaxprocs", default: "1", help: "", isHidden: true, isInert: true),
    ] as [any FlagDeclaration]).map(\.descriptor))

func parse(_ text: String) -> ConfigurationFile {
    ConfigurationFile(Array(text.utf8), path: "c.yml", table: table)
}

@Suite struct ConfigurationFileTests {
    @Test("every kind of option is read, with the line it stands on")
    func allKinds() {
        let file = parse(
            """
            # A comment.
            collector.cpu: false
            collector.diskstats.device-exclude: '^(sd\\d+)$'
            web.listen-address:
              - ":9100"
              - 127.0.0.1:9200

            web.max-requests: 3
            path.procfs: "/host/proc"
            scrape.timeout: 1.5s
            log.level: debug
            """)
        #expect(file.problems == [])
        #expect(file.settings["collector.cpu"] == Setting(["false"], from: .file("c.yml", line: 2)))
        #expect(file.settings["collector.diskstats.device-exclude"]?.values == ["^(sd\\d+)$"])
        #expect(
            file.settings["web.listen-address"]
                == Setting([":9100", "127.0.0.1:9200"], from: .file("c.yml", line: 5)))
        #expect(file.settings["web.max-requests"]?.values == ["3"])
        #expect(file.settings["path.procfs"]?.values == ["/host/proc"])
        #expect(file.settings["scrape.timeout"]?.values == ["1.5s"])
        #expect(file.settings["log.level"]?.values == ["debug"])
    }

    @Test(
        "a file without settings sets nothing", arguments: ["", "\n", "# nothing\n", "---\n", "{}", "---\n...\n", "~"])
    func empty(text: String) {
        let file = parse(text)
        #expect(file.settings.isEmpty)
        #expect(file.problems.isEmpty == (text != "~"))
    }

    @Test(
        "what is not accepted is told with its line, its key, what was found and what is accepted",
        arguments: [
            ("collector.cpus: true", "c.yml:1: collector.cpus: there is no such setting; did you mean collector.cpu?"),
            (
                "\nno-collector.cpu: true",
                "c.yml:2: no-collector.cpu: there is no such setting; write \"collector.cpu: false\""
            ),
            ("--log.level: info", "c.yml:1: --log.level: there is no such setting; keys have no dashes: log.level"),
            (
                "zzz: 1",
                "c.yml:1: zzz: there is no such setting; the flags' names without dashes are accepted, see --help"
            ),
            (
                "log.level: info\nlog.level: debug",
                "c.yml:2: log.level: is set a second time, first in line 1; once is accepted"
            ),
            (
                "collector.diskstats.ignored-devices: a\ncollector.diskstats.device-exclude: b",
                "c.yml:2: collector.diskstats.device-exclude: is set a second time, first in line 1; once is accepted"
            ),
            (
                "log:\n  level: info",
                "c.yml:1: log: there is no such setting; the flags' names without dashes are accepted, see --help"
            ),
            ("collector.cpu:\n  info: true", "c.yml:2: collector.cpu: found a mapping; it takes true or false"),
            ("collector.cpu: yes", "c.yml:1: collector.cpu: \"yes\" is not accepted; it takes true or false"),
            ("collector.cpu:", "c.yml:1: collector.cpu: found nothing; it takes true or false"),
            ("path.procfs: ~", "c.yml:1: path.procfs: found \"~\"; it takes a text"),
            ("path.procfs: |\n  /proc\n", "c.yml:1: path.procfs: found a block of lines; it takes a text on one line"),
            ("path.procfs: [/proc]", "c.yml:1: path.procfs: found a list; it takes a text"),
            ("path.procfs: \"a\\nb\"", "c.yml:1: path.procfs: found \"a\\nb\"; it takes a text on one line"),
            (
                "web.listen-address: x",
                "c.yml:1: web.listen-address: found \"x\"; it takes a list: web.listen-address: [\"x\"]"
            ),
            (
                "web.listen-address: [[x]]",
                "c.yml:1: web.listen-address: found a list or a mapping within a list; a list of scalars is accepted"
            ),
            (
                "web.max-requests: 1001",
                "c.yml:1: web.max-requests: \"1001\" is not accepted; it takes a whole number from 0 to 1000"
            ),
            ("path.procfs: &a /proc", "c.yml:1: path.procfs: found the anchor &a; anchors are not accepted"),
            ("path.procfs: *a", "c.yml:1: path.procfs: found the alias *a; aliases are not accepted"),
            (
                "path.procfs: !!str /proc",
                "c.yml:1: path.procfs: found the tag tag:yaml.org,2002:str; tags are not accepted"
            ),
            ("log.level: info\n---\nlog.level: info", "c.yml:2: found a second document; one is accepted"),
            ("- log.level", "c.yml:1: found a list; lines of the form \"name: value\" are accepted"),
            ("log.level", "c.yml:1: found \"log.level\"; lines of the form \"name: value\" are accepted"),
            ("? [a]\n: b", "c.yml:1: found a list or a mapping as key; flags' names without dashes are accepted"),
            ("path.procfs: b: c", "c.yml:1: this is not YAML: mapping values are not allowed in this context"),
        ])
    func refused(text: String, message: String) {
        #expect(parse(text).problems.first?.description == message)
    }

    @Test("a bad regular expression is refused with RE2's reason")
    func badPattern() {
        let text = parse("collector.diskstats.device-exclude: '('").problems.first?.description ?? ""
        #expect(
            text.hasPrefix("c.yml:1: collector.diskstats.device-exclude: \"(\" is not a regular expression (missing )"))
    }

    @Test("older names and names without effect are warnings")
    func warned() {
        let file = parse("collector.diskstats.ignored-devices: a\nruntime.gomaxprocs: 4")
        #expect(file.problems == [])
        #expect(
            file.warnings.map(\.description) == [
                "c.yml:1: collector.diskstats.ignored-devices: is an older name of collector.diskstats.device-exclude",
                "c.yml:2: runtime.gomaxprocs: is accepted for compatibility and does nothing",
            ])
        #expect(file.settings["collector.diskstats.device-exclude"]?.values == ["a"])
    }

    @Test("one wrong line does not hide the next, and twenty are told at most")
    func manyProblems() {
        #expect(parse("a: 1\nlog.level: x\nb: 2").problems.map(\.key) == ["a", "log.level", "b"])
        let many = (0..<1_000).map { "k\($0): 1\n" }.joined()
        #expect(parse(many).problems.count == 20)
    }

    @Test("a file that is too large is refused before it is parsed")
    func tooLarge() {
        let bytes = [UInt8](repeating: UInt8(ascii: "#"), count: ConfigurationFile.sizeLimitBytes + 1)
        let file = ConfigurationFile(bytes, path: "c.yml", table: table)
        #expect(file.problems.first?.message.contains("at most 1048576") == true)
    }

    @Test("only files are read", arguments: ["/dev/null", "/", "/nonexistent"])
    func notAFile(path: String) {
        #expect(ConfigurationFile(path: path, table: table).problems.count == 1)
    }

    @Test("no bytes trap")
    func mutations() {
        var random = SplitMix(state: 20_260_101)
        let seed = Array(
            """
            ---
            collector.cpu: false # c
            web.listen-address: [":9100", '[::1]:9100', &a b, *a]
            path.procfs: !!str "\\u00e9\\x00"
            ? - x
            : |
              text
            ...
            """.utf8)
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0..<(random.next() % 6 + 1) {
                let at = Int(random.next() % UInt64(bytes.count + 1))
                let byte = UInt8(truncatingIfNeeded: random.next())
                switch random.next() % 4 {
                case 0: bytes.insert(byte, at: at)
                case 1 where at < bytes.count: bytes[at] = byte
                case 2 where at < bytes.count: bytes.remove(at: at)
                default: bytes = Array(bytes.prefix(at)) + [UInt8](repeating: byte, count: Int(random.next() % 40))
                }
            }
            let file = ConfigurationFile(bytes, path: "c.yml", table: table)
            #expect(file.problems.count <= 21)
        }
    }

    @Test("deep nesting ends at once", arguments: ["[", "{", "- ", "? ", "a: {"])
    func deep(opening: String) {
        let text = String(repeating: opening, count: 100_000)
        #expect(!parse("path.procfs: " + text).problems.isEmpty)
        #expect(!parse(text).problems.isEmpty)
    }
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

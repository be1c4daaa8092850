// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Testing

@Suite struct FlagTableTests {
    private static let table = FlagTable([
        OptionDescriptor("collector.diskstats", .flag(default: true), help: "A switch."),
        OptionDescriptor(
            "collector.diskstats.device-exclude", .pattern(default: "^loop"), help: "A pattern.",
            aliases: ["collector.diskstats.ignored-devices"]),
        OptionDescriptor("path.procfs", .text(default: "/proc"), help: "A text."),
        OptionDescriptor("web.listen-address", .texts, help: "Repeatable."),
        OptionDescriptor("web.max-requests", .integer(default: 40, range: 0...100), help: "A number."),
        OptionDescriptor("depth", .integer(default: 1, range: 1 ... .max), help: "A number without an end."),
        OptionDescriptor("scrape.timeout", .duration(defaultNanoseconds: 5_000_000_000), help: "A time."),
        OptionDescriptor("log.level", .choice(default: "info", of: ["info", "warn"]), help: "A choice."),
        OptionDescriptor("help", .flag(default: false), help: "A switch."),
        OptionDescriptor("runtime.gomaxprocs", .text(default: "1"), help: "Inert.", isHidden: true, isInert: true),
    ])

    private func refusal(_ words: String...) -> String {
        do throws(ConfigurationError) {
            _ = try Self.table.parse(words)
            return "accepted"
        } catch {
            return error.description
        }
    }

    @Test("values come with = or as the next word, also where they begin with a dash")
    func values() throws {
        let parsed = try Self.table.parse(["--path.procfs=/a=b", "--log.level", "warn", "--collector.diskstats"])
        #expect(parsed.given == ["path.procfs": ["/a=b"], "log.level": ["warn"], "collector.diskstats": ["true"]])
        #expect(parsed.arguments.isEmpty && parsed.warnings.isEmpty)
        #expect(try Self.table.parse(["--path.procfs", "--x"]).given == ["path.procfs": ["--x"]])
        #expect(try Self.table.parse(["--path.procfs="]).given == ["path.procfs": [""]])
    }

    @Test("the last value wins, and a repeatable flag keeps all in order")
    func repeated() throws {
        let words = ["--web.listen-address=:1", "--path.procfs=/a", "--web.listen-address", ":2", "--path.procfs=/b"]
        let given = try Self.table.parse(words).given
        #expect(given == ["web.listen-address": [":1", ":2"], "path.procfs": ["/b"]])
    }

    @Test("a switch is turned on and off, by word and by --no-")
    func switches() throws {
        #expect(try Self.table.parse(["--no-collector.diskstats"]).given == ["collector.diskstats": ["false"]])
        #expect(try Self.table.parse(["--collector.diskstats=false"]).given == ["collector.diskstats": ["false"]])
        #expect(try Self.table.parse(["--collector.diskstats=true"]).given == ["collector.diskstats": ["true"]])
        let both = ["--no-collector.diskstats", "--collector.diskstats"]
        #expect(try Self.table.parse(both).given == ["collector.diskstats": ["true"]])
        #expect(
            refusal("--collector.diskstats=yes")
                == "--collector.diskstats: \"yes\" is not accepted; it takes true or false, or no value")
        #expect(refusal("--no-collector.diskstats=true") == "--no-collector.diskstats: takes no value")
    }

    @Test("words that are no flags are kept, and everything behind -- is no flag")
    func arguments() throws {
        let parsed = try Self.table.parse(["once", "--path.procfs", "/p", "-", "--", "--log.level", "x"])
        #expect(parsed.arguments == ["once", "-", "--log.level", "x"])
        #expect(parsed.given == ["path.procfs": ["/p"]])
        #expect(try Self.table.parse(["-h"]).given == ["help": ["true"]])
    }

    @Test("an unknown flag is named with the nearest known one where it looks like a misspelling")
    func unknown() {
        #expect(refusal("--log.lvel=warn") == "unknown flag --log.lvel: did you mean --log.level?")
        #expect(refusal("--no-colector.diskstats").hasSuffix("did you mean --no-collector.diskstats?"))
        #expect(refusal("--collector.foo") == "unknown flag --collector.foo: --help lists all flags")
        #expect(refusal("--no-path.procfs").hasPrefix("unknown flag --no-path.procfs: "))
        #expect(refusal("-x") == "unknown flag -x: --help lists all flags")
        // A hidden flag is no suggestion.
        #expect(refusal("--runtime.gomaxproc") == "unknown flag --runtime.gomaxproc: --help lists all flags")
        let long = refusal("--" + String(repeating: "é", count: 5_000))
        #expect(long.utf8.count < 120 && long.hasPrefix("unknown flag --éé"))
        #expect(refusal("--=x").hasPrefix("unknown flag --"))
    }

    /// Names as long, as short and as much alike as those of the real table.
    private static let names = FlagTable(
        [
            "collector.arp", "collector.cpu", "collector.cpu.info.flags-include", "collector.diskstats",
            "collector.dmi",
            "collector.filesystem.mount-points-exclude", "collector.meminfo", "collector.netstat", "collector.os",
            "collector.rapl", "collector.stat", "collector.time", "collector.timex", "collector.uname",
            "collector.vmstat", "web.listen-address", "web.telemetry-path", "log.level", "path.procfs",
        ].map { OptionDescriptor($0, .flag(default: true), help: "") })

    @Test(
        "a flag that is a slip or two away is suggested",
        arguments: [
            ("collector.diskstat", "collector.diskstats"), ("collector.dikstats", "collector.diskstats"),
            ("web.listen-adress", "web.listen-address"), ("no-colector.cpu", "no-collector.cpu"),
            ("collector.cpi", "collector.cpu"), ("collector.cp", "collector.cpu"), ("collector.oss", "collector.os"),
            ("colector.diskstat", "collector.diskstats"), ("log.lveel", "log.level"), ("lgo.level", "log.level"),
            ("collector.tmex", "collector.timex"), ("web.telemetry.path", "web.telemetry-path"),
            ("webtelemetry-path", "web.telemetry-path"), ("collector-meminfo", "collector.meminfo"),
            ("collector.cpu.infoflags-include", "collector.cpu.info.flags-include"),
            ("collector.filesystem.mountpoints-exclude", "collector.filesystem.mount-points-exclude"),
            ("collector.filesystme.mount-point-exclude", "collector.filesystem.mount-points-exclude"),
        ])
    func near(typed: String, meant: String) {
        #expect(Self.names.suggestion(for: typed) == meant)
    }

    @Test(
        "a flag that only has words in common with known ones is not: no suggestion is better than a far one",
        arguments: [
            "collector.foo", "colector.foo", "no-collector.foo", "collector.bar", "collector.drm", "collector.edac",
            "collector.ksmd", "collector.lnstat", "collector.mdadm", "collector.ntp", "collector.nvme",
            "collector.slabinfo", "collector.softirqs", "collector.swap", "collector.tcpstat", "collector.xfs",
            "collector.zfs", "collector.o", "collector.", "collector", "collector.cpu.guest", "collector.arp.x",
            "web.listen-socket", "web.config.file", "log.file", "path.sysfs", "os", "", ".", "--", "x",
        ])
    func far(typed: String) {
        #expect(Self.names.suggestion(for: typed) == nil)
    }

    @Test("the nearest of several is suggested, and of two as near the first")
    func nearest() {
        #expect(Self.names.suggestion(for: "collector.timexx") == "collector.timex")
        #expect(Self.names.suggestion(for: "collector.tim") == "collector.time")
        let twins = FlagTable(["a.one1", "a.one2"].map { OptionDescriptor($0, .flag(default: true), help: "") })
        #expect(twins.suggestion(for: "a.one3") == "a.one1")
    }

    @Test("a value of the wrong kind is refused with the flag first and what it takes")
    func wrongKinds() {
        #expect(
            refusal("--web.max-requests=many")
                == "--web.max-requests: \"many\" is not accepted; it takes a whole number from 0 to 100")
        #expect(refusal("--web.max-requests=101").hasPrefix("--web.max-requests: \"101\" is not accepted"))
        #expect(refusal("--web.max-requests=-1").hasPrefix("--web.max-requests: \"-1\" is not accepted"))
        #expect(refusal("--web.max-requests=99999999999999999999").hasPrefix("--web.max-requests: "))
        #expect(refusal("--depth=0").hasSuffix("it takes a whole number from 1"))
        #expect(
            refusal("--scrape.timeout=5")
                == "--scrape.timeout: \"5\" is not accepted; it takes a time with its unit, for example 500ms, 5s or 1m"
        )
        #expect(refusal("--log.level=loud") == "--log.level: \"loud\" is not accepted; it takes info, warn")
        #expect(refusal("--path.procfs") == "--path.procfs: needs a value; it takes a text")
        let pattern = refusal("--collector.diskstats.device-exclude=(")
        #expect(pattern.hasPrefix("--collector.diskstats.device-exclude: \"(\" is not a regular expression ("))
        #expect(pattern.hasSuffix("it takes RE2 syntax, for example ^(sd[a-z]|nvme.*)$"))
    }

    @Test("what was typed is cut in messages")
    func short() {
        let long = String(repeating: "x", count: 10_000)
        #expect(refusal("--log.level=" + long).utf8.count < 200)
        #expect(refusal("--collector.diskstats.device-exclude=(" + long).utf8.count < 600)
        #expect(refusal("--" + long).utf8.count < 200)
    }

    @Test("messages are one line each, whatever the words hold")
    func oneLine() {
        for word in [
            "--a\nb", "--log.level=a\nb", "--collector.diskstats.device-exclude=(\n", "--web.max-requests=1\n",
        ] {
            let line = refusal(word)
            #expect(!line.contains("\n"), "\(line.debugDescription)")
        }
    }

    @Test("an older name works, warns, and is named as it was given when it is refused")
    func aliases() throws {
        let parsed = try Self.table.parse(["--collector.diskstats.ignored-devices=^x"])
        #expect(parsed.given == ["collector.diskstats.device-exclude": ["^x"]])
        #expect(
            parsed.warnings == [
                "--collector.diskstats.ignored-devices is an older name of --collector.diskstats.device-exclude"
            ])
        #expect(refusal("--collector.diskstats.ignored-devices=(").hasPrefix("--collector.diskstats.ignored-devices: "))
    }

    @Test("a flag that does nothing is accepted with a warning")
    func inert() throws {
        let parsed = try Self.table.parse(["--runtime.gomaxprocs=4"])
        #expect(parsed.warnings == ["--runtime.gomaxprocs is accepted for compatibility and does nothing"])
    }

    @Test("no words are no flags")
    func empty() throws {
        let parsed = try Self.table.parse([])
        #expect(parsed.given.isEmpty && parsed.arguments.isEmpty && parsed.warnings.isEmpty)
    }
}

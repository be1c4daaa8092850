// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Testing

@testable import Migration

@Suite struct FlagTranslationTests {
    private static let flags = FlagTable([
        OptionDescriptor("collector.disk", .flag(default: true), help: ""),
        OptionDescriptor(
            "collector.disk.exclude", .pattern(default: ""), help: "", aliases: ["collector.disk.ignored"]),
        OptionDescriptor("web.listen-address", .texts, help: ""),
        OptionDescriptor("path.procfs", .text(default: "/proc"), help: ""),
        OptionDescriptor("log.level", .choice(default: "info", of: ["info", "debug"]), help: ""),
        OptionDescriptor("runtime.gomaxprocs", .text(default: "1"), help: "", isHidden: true, isInert: true),
    ])

    private func translation(_ arguments: String...) -> FlagTranslation {
        FlagTranslation(arguments, flags: Self.flags, collectors: ["disk"])
    }

    @Test("what we have is taken over word for word, in order")
    func known() {
        let found = translation("--path.procfs=/host/proc", "--no-collector.disk", "--collector.disk.exclude=^(a b)$")
        #expect(found.words == ["--path.procfs=/host/proc", "--no-collector.disk", "--collector.disk.exclude=^(a b)$"])
        #expect(
            found.given == [
                "path.procfs": ["/host/proc"], "collector.disk": ["false"], "collector.disk.exclude": ["^(a b)$"],
            ])
        #expect(found.missing.isEmpty && found.notes.isEmpty)
    }

    @Test("a value in a word of its own is joined to its flag, a switch takes none")
    func separateValues() {
        let found = translation("--log.level", "debug", "--collector.disk", "--path.procfs", "/p")
        #expect(found.words == ["--log.level=debug", "--collector.disk", "--path.procfs=/p"])
        #expect(translation("--log.level", "--collector.disk").missing.count == 1)
    }

    @Test("the last value counts, a repeatable flag keeps all")
    func repeated() {
        let found = translation(
            "--web.listen-address=:1", "--path.procfs=/a", "--web.listen-address", ":2", "--path.procfs=/b")
        #expect(found.given == ["web.listen-address": [":1", ":2"], "path.procfs": ["/b"]])
        #expect(found.words.count == 4)
    }

    @Test("what we do not have is said: a collector, its options, a flag, a value, a word")
    func missing() {
        let found = translation(
            "--collector.zfs", "--no-collector.zfs", "--collector.zfs.more", "1", "--collector.disk.new=2", "--web.x=3",
            "--log.level=loud", "word", "--collector.disk")
        #expect(
            found.missing == [
                "--collector.zfs: there is no collector zfs", "--no-collector.zfs: there is no collector zfs",
                "--collector.zfs.more: there is no collector zfs", "--collector.disk.new: there is no such flag",
                "--web.x: there is no such flag", "--log.level: \"loud\" is not accepted; it takes info, debug",
                "\"word\" is no flag",
            ])
        #expect(found.words == ["--collector.disk"])
    }

    @Test("older names and flags without effect are taken and noted")
    func notes() {
        let found = translation("--collector.disk.ignored=^x", "--runtime.gomaxprocs", "2")
        #expect(found.given["collector.disk.exclude"] == ["^x"])
        #expect(
            found.notes == [
                "--collector.disk.ignored is an older name of --collector.disk.exclude",
                "--runtime.gomaxprocs is accepted for compatibility and does nothing",
            ])
        #expect(found.missing.isEmpty)
    }

    @Test("no arguments are no flags")
    func none() {
        let found = translation()
        #expect(found.words.isEmpty && found.given.isEmpty && found.missing.isEmpty && found.notes.isEmpty)
    }
}

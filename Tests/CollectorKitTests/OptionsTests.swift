// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Testing

@Suite struct OptionsTests {
    private let on = Flag.toggle("on", default: true, help: "A switch.")
    private let text = Flag.text("text", default: "/proc", help: "A text.")
    private let texts = Flag.texts("texts", help: "Repeatable.")
    private let number = Flag.integer("number", default: 40, in: 0...100, help: "A number.")
    private let time = Flag.duration("time", defaultNanoseconds: 5_000_000_000, help: "A time.")
    private let word = Flag.choice("word", default: "info", of: ["info", "warn"], help: "A choice.")
    private let pattern = Flag.pattern("pattern", default: "^a", help: "A pattern.")

    private var all: [any FlagDeclaration] { [on, text, texts, number, time, word, pattern] }

    @Test("without values the defaults hold")
    func defaults() throws {
        let options = Options()
        #expect(options[on])
        #expect(options[text] == "/proc")
        #expect(options[texts].isEmpty)
        #expect(options[number] == 40)
        #expect(options[time] == 5_000_000_000)
        #expect(options[word] == "info")
        #expect(options.source(pattern) == "^a")
        #expect(try options.pattern(pattern)?.source == "^a")
        let given = all.map { options.isGiven($0) }
        #expect(!given.contains(true))
        #expect(
            all.map { options.texts(of: $0.descriptor) } == [["true"], ["/proc"], [], ["40"], ["5s"], ["info"], ["^a"]])
    }

    @Test("given values hold, the last one where there are several")
    func given() throws {
        let options = Options(given: [
            "on": ["false"], "text": ["/a", "/b"], "texts": ["1", "2"], "number": ["7"], "time": ["250ms"],
            "word": ["warn"], "pattern": [""],
        ])
        #expect(!options[on])
        #expect(options[text] == "/b")
        #expect(options[texts] == ["1", "2"])
        #expect(options[number] == 7)
        #expect(options[time] == 250_000_000)
        #expect(options[word] == "warn")
        #expect(try options.pattern(pattern) == nil)
        let isGiven = all.map { options.isGiven($0) }
        #expect(!isGiven.contains(false))
        #expect(options.with(on, true)[on] && options.with(on, true)[number] == 7)
    }

    @Test("a pattern that is none is refused with the flag's name")
    func badPattern() {
        let options = Options(given: ["pattern": ["a{2,1}"]])
        #expect(throws: ConfigurationError.self) { _ = try options.pattern(pattern) }
    }

    @Test("a collector runs by default unless it or all defaults are switched off")
    func enabled() {
        let standard = CollectorDescriptor(name: "one", group: .system, help: "One.", reads: [])
        let extra = CollectorDescriptor(name: "two", group: .system, isDefault: false, help: "Two.", reads: [])
        func enabled(_ given: [String: [String]]) -> [Bool] {
            [standard, extra].map { $0.isEnabled(by: Options(given: given)) }
        }
        #expect(enabled([:]) == [true, false])
        #expect(enabled(["collector.one": ["false"], "collector.two": ["true"]]) == [false, true])
        #expect(enabled(["collector.disable-defaults": ["true"]]) == [false, false])
        #expect(enabled(["collector.disable-defaults": ["true"], "collector.one": ["true"]]) == [true, false])
    }

    @Test(
        "times are read with their units",
        arguments: [
            ("0", 0), ("0s", 0), ("1ns", 1), ("1us", 1_000), ("500ms", 500_000_000), ("5s", 5_000_000_000),
            ("1.5s", 1_500_000_000), ("1m", 60_000_000_000), ("1m30s", 90_000_000_000), ("2h", 7_200_000_000_000),
            (".5s", 500_000_000),
        ] as [(String, UInt64)])
    func goodTimes(text: String, nanoseconds: UInt64) {
        #expect(DurationText.nanoseconds(text) == nanoseconds)
    }

    @Test(
        "what is no time is none",
        arguments: [
            "", "5", "s", "-1s", "+1s", "1 s", "5x", "5S", "1s2", "1..5s", ".s", "1e3s", "inf", "nans", "infs", "0x1s",
            "99999999999999h", "١s", "1d",
        ])
    func badTimes(text: String) {
        #expect(DurationText.nanoseconds(text) == nil)
    }

    @Test("times print in the largest unit that gives a whole number and read back as themselves")
    func timesRoundTrip() {
        #expect(DurationText.text(0) == "0s")
        #expect(DurationText.text(5_000_000_000) == "5s")
        #expect(DurationText.text(1_500_000_000) == "1500ms")
        #expect(DurationText.text(120_000_000_000) == "2m")
        for nanoseconds: UInt64 in [1, 999, 1_000, 250_000_000, 3_600_000_000_000, 86_400_000_000_000] {
            #expect(DurationText.nanoseconds(DurationText.text(nanoseconds)) == nanoseconds)
        }
    }
}

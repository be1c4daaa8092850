// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Testing

@Suite struct OptionsTests {
    private static let descriptors = [
        OptionDescriptor("on", .flag(default: true), help: "A switch."),
        OptionDescriptor("text", .text(default: "/proc"), help: "A text."),
        OptionDescriptor("texts", .texts, help: "Repeatable."),
        OptionDescriptor("number", .integer(default: 40, range: 0...100), help: "A number."),
        OptionDescriptor("time", .duration(defaultNanoseconds: 5_000_000_000), help: "A time."),
        OptionDescriptor("word", .choice(default: "info", of: ["info", "warn"]), help: "A choice."),
        OptionDescriptor("pattern", .pattern(default: "^a"), help: "A pattern."),
    ]

    @Test("without values the defaults hold")
    func defaults() throws {
        let options = Options(Self.descriptors, given: [:])
        #expect(options.flag("on"))
        #expect(options.text("text") == "/proc")
        #expect(options.texts("texts").isEmpty)
        #expect(options.integer("number") == 40)
        #expect(options.nanoseconds("time") == 5_000_000_000)
        #expect(options.text("word") == "info")
        #expect(try options.pattern("pattern")?.source == "^a")
        #expect(Self.descriptors.allSatisfy { !options.isGiven($0.name) })
    }

    @Test("given values hold, the last one where there are several")
    func given() throws {
        let options = Options(
            Self.descriptors,
            given: [
                "on": ["false"], "text": ["/a", "/b"], "texts": ["1", "2"], "number": ["7"], "time": ["250ms"],
                "word": ["warn"], "pattern": [""],
            ])
        #expect(!options.flag("on"))
        #expect(options.text("text") == "/b")
        #expect(options.texts("texts") == ["1", "2"])
        #expect(options.integer("number") == 7)
        #expect(options.nanoseconds("time") == 250_000_000)
        #expect(options.text("word") == "warn")
        #expect(try options.pattern("pattern") == nil)
        #expect(Self.descriptors.allSatisfy { options.isGiven($0.name) })
    }

    @Test("a pattern that is none is refused with the option's name")
    func badPattern() {
        let options = Options(Self.descriptors, given: ["pattern": ["a{2,1}"]])
        #expect(throws: ConfigurationError.self) { _ = try options.pattern("pattern") }
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

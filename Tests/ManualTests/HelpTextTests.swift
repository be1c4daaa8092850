// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Manual
import Testing

@Suite struct HelpTextTests {
    private let text = HelpText.text(of: SmallProgram.description)
    private var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    @Test("every flag that is shown stands on one line of its own, a hidden one on none")
    func everyFlag() {
        for name in SmallProgram.shown {
            let own = lines.filter { line in
                let word = line.trimmingPrefix("  --").trimmingPrefix("[no-]")
                return line.hasPrefix("  --") && (word == name || word.hasPrefix(name + "="))
            }
            #expect(own.count == 1, "\(name): \(own)")
        }
        #expect(!text.contains("secret") && !text.contains("--raw"))
    }

    @Test("a flag says what it takes and its default")
    func forms() {
        #expect(text.contains("  --log.level=debug|info\n"))
        #expect(text.contains("é. Default: info."))
        #expect(text.contains("  --web.listen-address=TEXT\n        An address.\n"))
        #expect(
            text.contains("  --collector.disk.exclude=REGEX\n        Disks to leave out. Default: ^(ram|loop)\\d+$.\n"))
        #expect(text.contains("  --[no-]collector.disk\n        Disks | and more. Default: on.\n"))
        #expect(text.contains("  --[no-]collector.quiet\n        Nothing. Default: off.\n"))
        #expect(text.contains("  --[no-]help\n        Show this text.\n"))
    }

    @Test("the subcommands are listed in one column with their operands, the first as the default")
    func subcommands() {
        let rows = [
            "  serve                serve the metrics (the default)", "  config check FILE    check a file's lines",
            "  config print         print it", "  list A B [MORE ...]  list things",
            "  show                 show things",
            "  completions SHELL    print completions",
        ]
        #expect(text.contains("\n\n" + rows.joined(separator: "\n") + "\n\n"))
        #expect(!text.contains("for packagers"))
        for name in ["list", "show"] { #expect(text.contains("Of \(name):\n\n  --[no-]json\n")) }
    }

    @Test("long help is wrapped at words within 100 columns, an endless word stays whole")
    func wrapping() {
        let words = (1...200).map { "word\($0)" }.joined(separator: " ")
        let endless = String(repeating: "x", count: 300)
        let option = OptionDescriptor("long", .text(default: ""), help: words + " " + endless + " end")
        let program = ProgramDescription(
            version: "1", compatibleVersion: "1", sections: [.init("S", [option])], subcommands: [], collectors: [],
            agentFamilies: [], flags: FlagTable([option]))
        let lines = HelpText.text(of: program).split(separator: "\n").drop { !$0.hasPrefix("  --long") }.dropFirst()
        #expect(lines.count > 10)
        for line in lines.prefix(while: { $0.hasPrefix("        ") }) where !line.contains(endless) {
            #expect(line.utf8.count <= 100)
        }
        let joined = lines.map { $0.drop { $0 == " " } }.joined(separator: " ")
        #expect(joined.hasPrefix(words + " " + endless + " end"))
    }

    @Test("the version of the program is said")
    func version() {
        #expect(text.hasPrefix("host-exporter 1.2-rc3: "))
        #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"))
    }
}

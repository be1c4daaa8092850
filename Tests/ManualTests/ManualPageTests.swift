// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Foundation
import Manual
import Testing

@Suite struct ManualPageTests {
    private let text = ManualPage.text(of: SmallProgram.description)
    private var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    @Test("it begins with its title and has the sections of a manual page in order")
    func sections() {
        #expect(lines[0].hasPrefix(".TH HOST\\-EXPORTER 1 \""))
        #expect(lines[0].contains("\"host\\-exporter 1.2\\-rc3\""))
        let titles = lines.filter { $0.hasPrefix(".SH ") }.map { $0.dropFirst(4) }
        #expect(
            titles == [
                "NAME", "SYNOPSIS", "DESCRIPTION", "SUBCOMMANDS", "FLAGS", "CONFIGURATION FILE", "ENVIRONMENT",
                "SIGNALS",
                "EXIT STATUS", "SEE ALSO",
            ])
        #expect(text.contains("\n9.8.7 and in names of its own.\n"))
        #expect(text.hasSuffix("\n"))
    }

    @Test("every flag that is shown is one item, a hidden one none")
    func everyFlag() {
        for name in SmallProgram.shown {
            let escaped = name.replacing("-", with: "\\-")
            let items = lines.filter { line in
                guard line.hasPrefix(".B \\&\\-\\-") else { return false }
                let word = line.dropFirst(".B \\&\\-\\-".count).trimmingPrefix("[no\\-]")
                return word == escaped || word.hasPrefix(escaped + "=")
            }
            #expect(items.count == 1, "\(name): \(items)")
        }
        #expect(!text.contains("secret"))
    }

    @Test("no line that comes from a descriptor is taken for a request, and no dash for a hyphen")
    func escapes() {
        let known = [
            ".TH ", ".ad ", ".nh", ".SH ", ".SS ", ".B ", ".BR ", ".RI ", ".I ", ".TP", ".RS", ".RE", ".PP", ".nf",
            ".fi",
        ]
        for line in lines where line.hasPrefix(".") || line.hasPrefix("'") {
            #expect(known.contains { line.hasPrefix($0) }, "\(line)")
        }
        #expect(
            text.contains(
                #"\&Takes \(aqone\(aq \(dqtwo\(dq \ethree \(gafour\(ga $HOME $(id)\: [five]: six|\:seven \(ti \(ha \- é."#
            ))
    }

    @Test("help that begins like a request or holds line breaks stays text")
    func hostile() {
        let option = OptionDescriptor("x", .text(default: ""), help: ".so /etc/passwd\n.ex\n'ab \\n(.x")
        let page = ManualPage.text(
            of: ProgramDescription(
                version: "1", compatibleVersion: "1", sections: [.init("S", [option])], subcommands: [], collectors: [],
                agentFamilies: [], flags: FlagTable([option])))
        #expect(page.contains("\n\\&.so /etc/passwd .ex \\(aqab \\en(.x\n"))
        #expect(!page.contains("\n.so") && !page.contains("\n.ex"))
    }

    @Test("subcommands are sentences, the hidden one is none")
    func subcommands() {
        #expect(text.contains("\n.B \\&config check FILE\n\\&Check a file\\(aqs lines.\n"))
        #expect(text.contains("\n.B \\&serve\n\\&Serve the metrics (the default)\\:.\n"))
        #expect(text.contains("\n.RS\n.TP\n.B \\&\\-\\-[no\\-]json\n"))
        #expect(!text.contains("packagers"))
    }

    @Test(
        "groff has nothing to complain of",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/groff"), "groff is not installed"))
    func groff() throws {
        let found = try run("/usr/bin/groff", ["-man", "-ww", "-K", "utf8", "-T", "utf8", "-P", "-cbou"], input: text)
        #expect(found.status == 0)
        #expect(found.error == "")
        // What was typed is what is seen.
        let shown = found.output.split { $0.isWhitespace }.joined(separator: " ")
        #expect(shown.contains(#"Takes 'one' "two" \three `four` $HOME $(id) [five]: six|seven ~ ^ - é."#))
        #expect(shown.contains("--collector.disk.exclude=REGEX"))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import Manual
import Testing

@Suite struct ShellTextTests {
    @Test("a plain word stays as it is, any other is quoted")
    func words() {
        for plain in ["a", "--path.procfs=/host/proc", "a_b,c:d@e%f+1"] { #expect(ShellText.word(plain) == plain) }
        #expect(ShellText.word("") == "''")
        #expect(ShellText.word("a b") == "'a b'")
        #expect(ShellText.word("it's") == #"'it'\''s'"#)
        #expect(ShellText.word("é") == "'é'")
        #expect(ShellText.quoted("'") == #"''\'''"#)
    }

    @Test(
        "a shell reads back what was written, whatever the words hold",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/sh"), "there is no /bin/sh"))
    func back() throws {
        let words = [
            "", " ", "'", "''", "\\", "\"", "$HOME", "`id`", "$(id)", "a;b&c|d", "*", "~", "#x", "!x", "a\nb", "\t",
            "{a,b}",
            "^(ram|sd)\\d+$", "é\u{1F986}", "-n", "<x>", "[a]",
        ]
        let script = "printf '%s\\0' " + words.map(ShellText.word).joined(separator: " ")
        let found = try run("/bin/sh", [], input: script)
        #expect(found.output == words.map { $0 + "\0" }.joined())
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Migration

@Suite struct SystemdQuotingTests {
    @Test(
        "a line of a unit file is parted at blanks outside quotes, with C's escapes",
        arguments: [
            ("", []), ("  \t ", []), ("a b\tc", ["a", "b", "c"]), ("a  'b c' d", ["a", "b c", "d"]),
            (#""a b"c'd e'"#, ["a bcd e"]), (#"'' """#, ["", ""]), (#""it's" 'say "x"'"#, ["it's", #"say "x""#]),
            (#"a\sb"#, ["a b"]), (#"\x41\x42"#, ["AB"]), (#"\101"#, ["A"]), (#"\n\t\r"#, ["\n\t\r"]),
            (#"a\\b"#, [#"a\b"#]), (#"\"a\'"#, [#""a'"#]), (#"^sd\\d+$"#, [#"^sd\d+$"#]), (#"\d+"#, [#"\d+"#]),
            ("'open end", ["open end"]), (#"end\"#, [#"end\"#]), (#"\x4"#, ["\u{4}"]), (#"\xZZ"#, [#"\xZZ"#]),
            (#"\9"#, [#"\9"#]),
            ("é 🦆", ["é", "🦆"]),
        ])
    func unitWords(line: String, words: [String]) {
        #expect(SystemdQuoting.words(line, unescapesC: true) == words)
    }

    @Test(
        "where $ARGS is split, a backslash goes away and keeps what is behind it",
        arguments: [
            (#"--a=^sd\d+$"#, ["--a=^sd" + "d+$"]), (#"a\ b c"#, ["a b", "c"]), (#"\x41"#, ["x41"]),
            (#"\\d"#, [#"\d"#]),
            (#"'a b' "c"#, ["a b", "c"]), (#"\'a b\'"#, ["'a", "b'"]),
        ])
    func variableWords(line: String, words: [String]) {
        #expect(SystemdQuoting.words(line, unescapesC: false) == words)
    }

    @Test(
        "an EnvironmentFile's values are read as systemd reads them",
        arguments: [
            ("A=b", ["A": "b"]), ("A=b\nC=d", ["A": "b", "C": "d"]), ("", [:]), ("\n\n", [:]),
            ("# A=b\n; C=d\n  # E=f\nG=h", ["G": "h"]), ("export A=b", ["A": "b"]), (" A = b c  \n", ["A": "b c"]),
            ("A=\"b c\" d", ["A": "b c d"]), ("A='b\\d'", ["A": "b\\d"]), ("A=b\\d", ["A": "bd"]),
            ("A=\"b\\d\\\\ \\\" \\$\"", ["A": "b\\d\\ \" $"]), ("A=b\\\n c", ["A": "b c"]),
            ("A=\"b\nc\"\nD=e", ["A": "b\nc", "D": "e"]), ("A=b=c", ["A": "b=c"]), ("A=", ["A": ""]),
            ("no sign\nA=b", ["A": "b"]), ("A=1\nA=2", ["A": "2"]), ("A=\"open", ["A": "open"]),
            ("A=b#c", ["A": "b#c"]),
        ])
    func environment(text: String, variables: [String: String]) {
        #expect(SystemdQuoting.environmentFile(text) == variables)
    }

    @Test("no text makes it hang or trap")
    func anything() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("ab=\"'\\ \n\t#;$xn0é")
        for _ in 0..<3_000 {
            let text = String(
                (0..<Int.random(in: 0...40, using: &generator)).map { _ in alphabet.randomElement() ?? "a" })
            _ = SystemdQuoting.environmentFile(text)
            let words = SystemdQuoting.words(text, unescapesC: true) + SystemdQuoting.words(text, unescapesC: false)
            #expect(words.allSatisfy { $0.count <= text.count })
        }
    }
}

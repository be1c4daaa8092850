// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TreeSupport

@Suite struct TreeTextTests {
    @Test("each form of a line is made as it says")
    func forms() throws {
        let entries = try TreeText.entries(
            of: """
                # comment = no file

                sys/name = coretemp
                sys/0000:00:1f.3/label = a = b -> c : d
                sys/escapes = \\ttab\\nline\\\\n\\xff
                sys/unended = 5\\c
                sys/empty = \\c
                sys/line =
                proc/stat = <<END
                # no comment \\n

                cpu = 1
                END
                sys/link -> ../x y
                sys/folder/
                sys/name : mode 0400
                sys/stuck : pipe
                """)
        func file(_ path: String, _ text: String) -> TreeText.Entry { .init(path: path, kind: .file(Array(text.utf8))) }
        #expect(
            entries == [
                file("sys/name", "coretemp\n"), file("sys/0000:00:1f.3/label", "a = b -> c : d\n"),
                .init(path: "sys/escapes", kind: .file(Array("\ttab\nline\\n".utf8) + [0xff, 0x0a])),
                file("sys/unended", "5"), file("sys/empty", ""), file("sys/line", "\n"),
                file("proc/stat", "# no comment \\n\n\ncpu = 1\n"), .init(path: "sys/link", kind: .link("../x y")),
                .init(path: "sys/folder", kind: .folder), .init(path: "sys/name", kind: .mode(0o400)),
                .init(path: "sys/stuck", kind: .pipe),
            ])
    }

    @Test("an empty text is an empty tree")
    func empty() throws {
        #expect(try TreeText.entries(of: "").isEmpty)
        #expect(try TreeText.entries(of: "\n# only this\n").isEmpty)
    }

    @Test(
        "what is wrong is told with its line",
        arguments: [
            ("a = 1\na = 2\n", 2, "twice"), ("sys/name\n", 1, "no \" = \""), ("/sys/name = 1", 1, "no path"),
            ("\n../name = 1", 2, "no path"), ("a//b = 1", 1, "no path"), (" = 1", 1, "no path"), ("/", 1, "no path"),
            ("a = \\q", 1, "escape"), ("a = \\", 1, "escape"), ("a = \\c1", 1, "escape"), ("a = \\x1", 1, "two digits"),
            ("a = \\x+1", 1, "two digits"), ("a = <<END\nEND2\n", 1, "ends the block"),
            ("a = <<\n\n", 1, "ends the block"),
            ("a : mode 9", 1, "neither"), ("a : mode 17777", 1, "neither"), ("a : device", 1, "neither"),
            ("a : mode 000", 1, "not there"), ("a ->", 1, "a link to nothing"),
            ("a = <<E\n1\n2\nE\nb", 5, "no \" = \""),
        ])
    func wrong(text: String, line: Int, what: String) {
        let error = #expect(throws: TreeTextError.self) { try TreeText.entries(of: text) }
        #expect(error?.line == line)
        #expect(error?.what.contains(what) == true, "\(String(describing: error))")
    }
}

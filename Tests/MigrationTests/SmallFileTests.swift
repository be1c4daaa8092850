// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Migration

@Suite struct SmallFileTests {
    @Test("a file is read, a folder, an absent path and a pipe that nobody writes to are not")
    func text() throws {
        let tree = try TemporaryTree(["a": "one\ntwo", "empty": "", "sub/b": "x"])
        #expect(SmallFile.text(tree.path + "/a") == "one\ntwo")
        #expect(SmallFile.text(tree.path + "/empty") == "")
        #expect(SmallFile.text(tree.path + "/sub") == nil)
        #expect(SmallFile.text(tree.path + "/absent") == nil)
        #expect(mkfifo(tree.path + "/pipe", 0o600) == 0)
        #expect(SmallFile.text(tree.path + "/pipe") == nil)
    }

    @Test("of a large file the first 256 kB are read")
    func large() throws {
        let tree = try TemporaryTree(["a": String(repeating: "x", count: 300_000)])
        #expect(SmallFile.text(tree.path + "/a")?.count == 262_144)
    }

    @Test("the names of a folder are listed, of none where there is no folder")
    func names() throws {
        let tree = try TemporaryTree(["d/a.conf": "", "d/b": ""])
        #expect(Set(SmallFile.names(in: tree.path + "/d")).isSuperset(of: ["a.conf", "b"]))
        #expect(SmallFile.names(in: tree.path + "/absent").isEmpty)
    }
}

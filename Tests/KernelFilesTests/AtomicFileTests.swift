// SPDX-License-Identifier: Apache-2.0

import Foundation
import KernelFiles
import Testing

@Suite struct AtomicFileTests {
    private final class Folder {
        let path = NSTemporaryDirectory() + "host-exporter-tests-" + UUID().uuidString

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }

        var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }

        func content(_ name: String) -> [UInt8]? {
            FileManager.default.contents(atPath: "\(path)/\(name)").map(Array.init)
        }
    }

    @Test("a file is written, everybody may read it, and nothing else is left")
    func new() throws {
        let folder = try Folder()
        let before = umask(0o077)
        defer { umask(before) }
        #expect(AtomicFile.write(Array("a 1\n".utf8), to: "a.prom", in: folder.path) == nil)
        #expect(folder.content("a.prom") == Array("a 1\n".utf8))
        #expect(folder.names == ["a.prom"])
        var facts = stat()
        #expect(stat(folder.path + "/a.prom", &facts) == 0 && facts.st_mode & 0o7777 == 0o644)
    }

    @Test("a file takes the place of an earlier one, whose readers keep what they opened")
    func replaced() throws {
        let folder = try Folder()
        #expect(AtomicFile.write(Array("old".utf8), to: "a", in: folder.path) == nil)
        let reader = try #require(FileHandle(forReadingAtPath: folder.path + "/a"))
        let large = [UInt8](repeating: 7, count: 3 << 20)
        #expect(AtomicFile.write(large, to: "a", in: folder.path) == nil)
        #expect(try reader.readToEnd() == Data("old".utf8))
        #expect(folder.content("a") == large && folder.names == ["a"])
        #expect(AtomicFile.write([], to: "a", in: folder.path) == nil)
        #expect(folder.content("a") == [])
    }

    @Test("a link in the file's place is replaced, not followed")
    func link() throws {
        let folder = try Folder()
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/a", withDestinationPath: folder.path + "/b")
        #expect(AtomicFile.write([1], to: "a", in: folder.path) == nil)
        #expect(folder.names == ["a"] && folder.content("a") == [1])
    }

    @Test("a draft that a crash left behind is in nobody's way")
    func leftover() throws {
        let folder = try Folder()
        let draft = "\(folder.path)/.a.\(getpid()).new"
        try FileManager.default.createSymbolicLink(atPath: draft, withDestinationPath: folder.path + "/b")
        #expect(AtomicFile.write([1], to: "a", in: folder.path) == nil)
        #expect(folder.names == ["a"] && folder.content("a") == [1])
    }

    @Test("what cannot be written is said and leaves nothing behind")
    func failures() throws {
        let folder = try Folder()
        #expect(AtomicFile.write([1], to: "a", in: folder.path + "/absent") == "No such file or directory")
        try FileManager.default.createDirectory(atPath: folder.path + "/sub", withIntermediateDirectories: true)
        #expect(AtomicFile.write([1], to: "sub", in: folder.path) == "Is a directory")
        #expect(AtomicFile.write([1], to: "sub/a/b", in: folder.path) == "No such file or directory")
        #expect(folder.names == ["sub"])
        _ = FileManager.default.createFile(atPath: folder.path + "/file", contents: nil)
        #expect(AtomicFile.write([1], to: "a", in: folder.path + "/file") == "Not a directory")
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import KernelFiles
import Testing

@Suite("Stamps of files")
struct FileStampTests {
    @Test("a stamp stays while the file does, however it is asked for")
    func same() throws {
        let tree = try TemporaryTree(["a": "content"])
        let stamp = try #require(FileStamp(path: tree["a"]))
        #expect(stamp.sizeBytes == 7)
        #expect(stamp.isRegular)
        #expect(stamp.inode != 0)
        let raw = RawPath(tree["a"])
        #expect(FileStamp(at: raw) == stamp)
        #expect(try FileStamp.of(raw) == stamp)
    }

    @Test("another content, another time and another file are other stamps")
    func changes() throws {
        let tree = try TemporaryTree(["a": "1", "b": "1"])
        let before = try #require(FileStamp(path: tree["a"]))
        #expect(FileStamp(path: tree["b"]) != before)
        try tree.write("a", "22")
        let longer = try #require(FileStamp(path: tree["a"]))
        #expect(longer != before)
        #expect(longer.sizeBytes == 2)
        var times = [timespec(tv_sec: 1, tv_nsec: 2), timespec(tv_sec: 1_000, tv_nsec: 5)]
        try #require(utimensat(AT_FDCWD, tree["a"], &times, 0) == 0)
        let touched = try #require(FileStamp(path: tree["a"]))
        #expect(touched.modifiedNanoseconds == 1_000_000_000_005)
        #expect(touched.changedNanoseconds > touched.modifiedNanoseconds)
        #expect(touched.inode == longer.inode && touched.device == longer.device)
    }

    @Test("links are followed, and directories are no regular files")
    func kinds() throws {
        let tree = try TemporaryTree(["a": "1"])
        try FileManager.default.createSymbolicLink(atPath: tree["link"], withDestinationPath: "a")
        try #require(mkfifo(tree["fifo"], 0o600) == 0)
        #expect(FileStamp(path: tree["link"]) == FileStamp(path: tree["a"]))
        #expect(FileStamp(path: tree.path)?.isRegular == false)
        #expect(FileStamp(path: tree["fifo"])?.isRegular == false)
    }

    @Test("what is not there has no stamp, and the error says so")
    func missing() throws {
        let tree = try TemporaryTree()
        let raw = RawPath(tree["none"])
        #expect(FileStamp(path: tree["none"]) == nil)
        #expect(FileStamp(at: raw) == nil)
        #expect(throws: KernelFileError(.stat, path: tree["none"], errno: ENOENT)) { _ = try FileStamp.of(raw) }
    }

    @Test("a file that was written just now is fresh, one from before the build is not")
    func fresh() throws {
        // Slow machines may need longer than a stamp is fresh, but not each time.
        let isFreshOnce = try (0..<100).contains { _ in
            let tree = try TemporaryTree(["a": "1"])
            return FileStamp(path: tree["a"])?.isFresh == true
        }
        #expect(isFreshOnce)
        let executable = try #require(FileStamp(path: "/proc/self/exe"))
        #expect(!executable.isFresh)
    }
}

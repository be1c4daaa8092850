// SPDX-License-Identifier: Apache-2.0

import Foundation
import KernelFiles
import Testing

@Suite("Files that users write")
struct RegularFileTests {
    private func error(_ path: String, limit: Int = 100) -> KernelFileError? {
        do throws(KernelFileError) { _ = try RegularFile.contents(of: RawPath(path), limit: limit) } catch {
            return error
        }
        return nil
    }

    @Test("the whole content comes with the stamp of the file", arguments: [0, 1, 4_095, 4_096, 4_097, 300_000])
    func whole(count: Int) throws {
        let text = String(repeating: "0123456789", count: count / 10 + 1).prefix(count)
        let tree = try TemporaryTree(["a": String(text)])
        try FileManager.default.createSymbolicLink(atPath: tree["link"], withDestinationPath: "a")
        for name in ["a", "link"] {
            let (bytes, stamp) = try RegularFile.contents(of: RawPath(tree[name]), limit: count)
            #expect(bytes == Array(text.utf8))
            #expect(stamp == FileStamp(path: tree["a"]))
        }
    }

    @Test("more than the limit is refused, also where the size does not tell")
    func limit() throws {
        let tree = try TemporaryTree(["a": "1234"])
        #expect(error(tree["a"], limit: 4) == nil)
        #expect(error(tree["a"], limit: 3) == KernelFileError(.read, path: tree["a"], errno: EFBIG))
        // A file of procfs has the size 0 whatever it holds.
        #expect(error("/proc/self/status", limit: 10)?.errno == EFBIG)
    }

    @Test("what is no regular file is refused without waiting for it")
    func kinds() throws {
        let tree = try TemporaryTree()
        try #require(mkfifo(tree["fifo"], 0o600) == 0)
        for path in [tree.path, tree["fifo"], "/dev/null"] {
            #expect(error(path) == KernelFileError(.read, path: path, errno: ENOTSUP))
        }
        #expect(error(tree["none"]) == KernelFileError(.open, path: tree["none"], errno: ENOENT))
    }
}

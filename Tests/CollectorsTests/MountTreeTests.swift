// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import Testing

@testable import Collectors

/// Which mount a path leads to, by lists as the kernel writes them.
@Suite struct MountTreeTests {
    /// A tree of lines `id parent device place`.
    private func tree(_ lines: [String]) throws -> MountTree {
        let text = lines.map { line in
            let words = line.split(separator: " ")
            return "\(words[0]) \(words[1]) \(words[2]) / \(words[3]) rw - ext4 \(words[2]) rw\n"
        }.joined()
        let tree = Bytes.withView(of: Array(text.utf8)) { bytes in
            var scanner = ByteScanner(bytes)
            var found: [MountLine] = []
            while let line = scanner.nextLine().flatMap({ MountLine($0) }) { found.append(line) }
            return MountTree(found)
        }
        try #require(tree.entries.count == lines.count)
        return tree
    }

    private func visible(_ lines: [String]) throws -> [Bool] {
        let tree = try tree(lines)
        return lines.indices.map(tree.isVisible)
    }

    @Test("on a plain host every mount is visible")
    func plain() throws {
        let lines = [
            "22 1 8:2 /", "23 22 0:5 /dev", "24 23 0:20 /dev/pts", "25 22 0:6 /proc", "26 22 8:1 /boot",
            "27 26 8:3 /boot/efi", "28 22 0:7 /run", "29 28 0:8 /run/user/1000", "30 22 8:2 /srv\\040x",
        ]
        #expect(try visible(lines) == lines.map { _ in true })
    }

    @Test("a mount on the same place hides the one below, and all that lies in that")
    func over() throws {
        let lines = ["22 1 8:2 /", "30 22 8:3 /data", "31 30 8:4 /data/in", "32 30 8:5 /data", "33 32 8:6 /data/new"]
        #expect(try visible(lines) == [true, false, false, true, true])
        // The order of the lines is that of numbers, and numbers are used again.
        #expect(try visible(lines.reversed()) == [true, true, false, false, true])
    }

    @Test("a mount further up hides what lies below")
    func above() throws {
        let lines = ["22 1 8:2 /", "30 22 8:3 /a/b", "31 22 8:4 /a", "32 22 8:5 /ab", "33 31 8:6 /a/b/c"]
        #expect(try visible(lines) == [true, false, true, true, true])
    }

    @Test("what is mounted over the root is not seen by who has the root below")
    func overRoot() throws {
        #expect(try visible(["22 1 8:2 /", "23 22 8:3 /home", "40 22 8:4 /"]) == [true, true, false])
        // A kernel that lists the empty root that it began with.
        #expect(try visible(["1 1 0:1 /", "22 1 8:2 /", "23 22 8:3 /home"]) == [false, true, true])
    }

    @Test("where the root is a folder of a mount that is not listed, the others are visible")
    func changedRoot() throws {
        #expect(try visible(["30 22 8:3 /data", "31 30 8:4 /data/in", "32 22 0:5 /proc"]) == [true, true, true])
        let tree = try tree(["30 22 8:3 /data"])
        #expect(tree.mount(at: Array("/".utf8)) == nil)
        #expect(tree.mount(at: Array("/data/x".utf8)) == 0)
    }

    @Test("lists that no kernel writes end as well, and hide as little as they can")
    func broken() throws {
        // One that lies on itself, two that lie on each other, and a parent elsewhere.
        #expect(try visible(["5 5 8:2 /", "6 5 8:3 /a", "6 6 8:4 /a"]).count == 3)
        #expect(try visible(["5 1 8:2 /", "6 7 8:3 /a", "7 6 8:4 /a", "5 6 8:5 /a"]).count == 4)
        #expect(try visible(["5 1 8:2 /", "6 5 8:3 /a", "7 6 8:4 /b"]) == [true, true, true])
        #expect(try visible([]) == [])
    }

    @Test("a path leads to the mount that it enters last")
    func paths() throws {
        let tree = try tree(["22 1 8:2 /", "30 22 8:3 /a", "31 30 8:4 /a/b\\040c"])
        for (path, mount) in [
            ("/", 0), ("/x/y", 0), ("/ab", 0), ("/a", 1), ("/a/x", 1), ("/a/b", 1), ("/a/b c", 2), ("/a/b c/d/e", 2),
        ] {
            #expect(tree.mount(at: Array(path.utf8)) == mount, "\(path)")
        }
    }
}

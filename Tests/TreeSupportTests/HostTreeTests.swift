// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import TreeSupport

@Suite struct HostTreeTests {
    private func status(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    @Test("the folder goes with the tree, also what modes close and where links lead stays", arguments: [false, true])
    func cleanUp(inMemory: Bool) throws {
        let other = HostTree()
        other.write("kept", "1\n")
        var tree: HostTree? = HostTree(inMemory: inMemory)
        let root = try #require(tree?.root)
        tree?.write("sys/closed/file", "1\n")
        tree?.setMode("sys/closed", 0)
        tree?.link("sys/out", to: other.root)
        #expect(status(root) != nil)
        tree = nil
        #expect(status(root) == nil)
        #expect(other.read("kept") == "1\n")
    }

    @Test("a file is written in place, so that an open descriptor sees it")
    func inPlace() throws {
        let tree = HostTree()
        tree.write("sys/class/x/y", "1\n")
        let descriptor = open(tree.path("sys/class/x/y"), O_RDONLY)
        defer { close(descriptor) }
        tree.write("sys/class/x/y", "two\n")
        var bytes = [UInt8](repeating: 0, count: 8)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "two\n")
        #expect(tree.read("sys/class/x/y") == "two\n")
        #expect(tree.read("sys/class/x/absent") == "")
    }

    @Test("links replace what was there, and what is removed is gone")
    func linksAndRemoval() throws {
        let tree = HostTree()
        tree.write("sys/devices/a/name", "a\n")
        tree.write("sys/class/x", "in the way\n")
        tree.link("sys/class/x", to: "../devices/a")
        #expect(tree.read("sys/class/x/name") == "a\n")
        tree.link("sys/class/x", to: "../devices/b")
        #expect(tree.exists("sys/class/x"))
        #expect(tree.read("sys/class/x/name") == "")
        tree.remove("sys/devices")
        #expect(!tree.exists("sys/devices/a/name") && !tree.exists("sys/devices"))
    }

    @Test("a text becomes a tree")
    func text() throws {
        let tree = try HostTree(
            text: """
                sys/class/hwmon/hwmon0 -> ../../devices/hwmon0
                sys/devices/hwmon0/name = chip
                sys/devices/hwmon0/secret = 1
                sys/devices/hwmon0/secret : mode 200
                sys/devices/hwmon0/stuck : pipe
                sys/class/net/
                """)
        #expect(tree.read("sys/class/hwmon/hwmon0/name") == "chip\n")
        #expect(try #require(status(tree.sysfs + "/devices/hwmon0/secret")).st_mode == S_IFREG | 0o200)
        #expect(try #require(status(tree.sysfs + "/devices/hwmon0/stuck")).st_mode & S_IFMT == S_IFIFO)
        #expect(try #require(status(tree.sysfs + "/class/net")).st_mode & S_IFMT == S_IFDIR)
        #expect(throws: TreeTextError.self) { try HostTree(text: "nonsense") }
    }
}

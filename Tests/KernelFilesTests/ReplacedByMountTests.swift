// SPDX-License-Identifier: Apache-2.0

import Foundation
import KernelFiles
import Testing
import TreeSupport

/// What is at a path after a mount is what is read, whatever descriptor was kept before.
@Suite(
    "Kept descriptors and mounts", .enabled(if: MountNamespace.whyNot == nil, "this sandbox gives no mount namespace"))
struct ReplacedByMountTests {
    private static let mountTable = "/proc/thread-self/mountinfo"

    private static func budget() -> DescriptorBudget {
        DescriptorBudget(limit: 8, keeping: .anywhere, mountTable: mountTable)
    }

    @Test("a file that another one is mounted over is read anew, and again when that is gone")
    func file() throws {
        let tree = try TemporaryTree(["a": "old", "b": "new"])
        let (file, other) = (tree["a"], tree["b"])
        let found = try MountNamespace.run {
            var reader = KernelFileReader(budget: Self.budget())
            let kept = KernelFile(file)
            var found: [String] = []
            for scrape in 1...4 as ClosedRange<UInt64> {
                if scrape == 3 { try MountNamespace.bind(other, on: file) }
                if scrape == 4 { try MountNamespace.unmount(file, detaching: true) }
                reader.beginCollection(scrape: scrape)
                found.append(try reader.contents(of: kept).text)
            }
            return found
        }
        #expect(found == ["old", "old", "new", "old"])
    }

    @Test("a folder that another one is mounted over is listed anew, and so are files below it")
    func folder() throws {
        let tree = try TemporaryTree(["a/one": "1", "b/one": "2", "b/two": ""])
        let (folder, other) = (tree["a"], tree["b"])
        let found = try MountNamespace.run {
            var reader = KernelFileReader(budget: Self.budget())
            let (kept, file) = (KernelDirectory(folder), KernelFile(folder + "/one"))
            var found: [String] = []
            for scrape in 1...3 as ClosedRange<UInt64> {
                if scrape == 3 { try MountNamespace.bind(other, on: folder) }
                reader.beginCollection(scrape: scrape)
                var listing = try reader.list(kept)
                var names: [String] = []
                while let name = listing.next() { names.append(name.text) }
                found.append(names.sorted().joined(separator: " ") + " " + (try reader.contents(of: file).text))
            }
            return found
        }
        #expect(found == ["one 1", "one 1", "one two 2"])
    }

    @Test("what lies on an ordinary file system is not held, so that it can be unmounted")
    func unmountable() throws {
        let tree = try TemporaryTree(["place/x": ""])
        let place = tree["place"]
        let wasPossible = try MountNamespace.run {
            try MountNamespace.mount("made-up", on: place, type: "tmpfs")
            guard FileManager.default.createFile(atPath: place + "/file", contents: Data("1".utf8)) else {
                return false
            }
            var reader = KernelFileReader(budget: DescriptorBudget(limit: 8, mountTable: Self.mountTable))
            let (file, folder) = (KernelFile(place + "/file"), KernelDirectory(place))
            for scrape in 1...2 as ClosedRange<UInt64> {
                reader.beginCollection(scrape: scrape)
                _ = try reader.contents(of: file)
                _ = try reader.list(folder)
            }
            try MountNamespace.unmount(place)
            withExtendedLifetime((file, folder)) {}
            return true
        }
        #expect(wasPossible)
    }

    @Test("what lies on procfs is held, within the budget")
    func held() throws {
        let table = try TemporaryTree(["mountinfo": ""])
        // The list that is watched is a plain file, in which nothing ever changes.
        let budget = DescriptorBudget(limit: 1, mountTable: table["mountinfo"])
        var reader = KernelFileReader(budget: budget)
        let (first, second) = (KernelFile("/proc/self/oom_score"), KernelFile("/proc/self/oom_score_adj"))
        let descriptors = {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { name in
                try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + name)
            }.filter { $0.hasSuffix("/\(getpid())/oom_score") || $0.hasSuffix("/\(getpid())/oom_score_adj") }
        }
        for scrape in 1...3 as ClosedRange<UInt64> {
            reader.beginCollection(scrape: scrape)
            _ = try reader.contents(of: first)
            _ = try reader.contents(of: second)
            #expect(try descriptors().count == 1)
        }
        withExtendedLifetime((first, second)) {}
    }

    @Test("changes of mounts are heard once each")
    func heard() throws {
        let tree = try TemporaryTree(["a": "", "b": ""])
        let (file, other) = (tree["a"], tree["b"])
        let heard = try MountNamespace.run {
            var watch = MountTableWatch(Self.mountTable)
            var heard = [watch.hasChanged(), watch.hasChanged()]
            try MountNamespace.bind(other, on: file)
            heard += [watch.hasChanged(), watch.hasChanged()]
            try MountNamespace.unmount(file)
            heard += [watch.hasChanged(), watch.hasChanged()]
            return heard
        }
        #expect(heard == [true, false, true, false, true, false])
    }

    @Test("where the list of mounts cannot be watched, everything counts as changed")
    func unwatched() throws {
        let tree = try TemporaryTree(["a": "1"])
        var watch = MountTableWatch(tree["none"])
        let heard = [watch.hasChanged(), watch.hasChanged()]
        #expect(heard == [true, true])
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 4, keeping: .anywhere, mountTable: tree["none"]))
        let file = KernelFile(tree["a"])
        for (scrape, content) in [(1, "1"), (2, "2")] as [(UInt64, String)] {
            // Another file of the same name: its inode is another one.
            try FileManager.default.removeItem(atPath: tree["a"])
            try tree.write("a", content)
            reader.beginCollection(scrape: scrape)
            let found = try reader.contents(of: file).text
            #expect(found == content)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles
import Testing
import TreeSupport

@Suite struct WatchedDirectoryTests {
    /// What a listing showed, as a text.
    private static func list(
        _ directory: inout WatchedDirectory, _ conditions: ReadConditions = .kernel
    ) throws(CollectorError) -> String {
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 4, keeping: .anywhere), conditions: conditions)
        reader.beginCollection(scrape: 1)
        switch try directory.list(from: &reader) {
        case .missing: return "missing"
        case .same: return "same"
        case .changed(let names): return names.joined(separator: " ")
        }
    }

    @Test("names are given sorted, and only when they are others than before")
    func names() throws {
        let tree = HostTree()
        var directory = WatchedDirectory(tree.path("class"))
        #expect(directory.path == tree.path("class"))
        #expect(try Self.list(&directory) == "missing")
        tree.write("class/b", "")
        tree.make("class/a")
        #expect(try Self.list(&directory) == "a b")
        #expect(try Self.list(&directory) == "same")
        tree.write("class/b", "other content")
        #expect(try Self.list(&directory) == "same")
        tree.write("class/ab", "")
        #expect(try Self.list(&directory) == "a ab b")
        tree.remove("class/a")
        tree.remove("class/b")
        #expect(try Self.list(&directory) == "ab")
        directory.forget()
        #expect(try Self.list(&directory) == "ab")
        tree.remove("class/ab")
        #expect(try Self.list(&directory) == "")
    }

    @Test("a directory that goes and comes back is seen anew, with the same names too")
    func comesBack() throws {
        let tree = HostTree()
        tree.make("class/a")
        var directory = WatchedDirectory(tree.path("class"))
        #expect(try Self.list(&directory) == "a")
        tree.remove("class")
        #expect(try Self.list(&directory) == "missing")
        tree.make("class/a")
        #expect(try Self.list(&directory) == "a")
    }

    @Test("names that make the same letters in a row are different names")
    func boundaries() throws {
        let tree = HostTree()
        tree.make("class/ab")
        tree.make("class/c")
        var directory = WatchedDirectory(tree.path("class"))
        #expect(try Self.list(&directory) == "ab c")
        tree.remove("class/ab")
        tree.remove("class/c")
        tree.make("class/a")
        tree.make("class/bc")
        #expect(try Self.list(&directory) == "a bc")
    }

    @Test("a listing that fails is an error, and is no directory without names")
    func failing() throws {
        let tree = HostTree()
        tree.make("class/a")
        var directory = WatchedDirectory(tree.path("class"))
        let failing = ReadConditions { _ in 13 }
        #expect(throws: CollectorError.self) { try Self.list(&directory, failing) }
        #expect(try Self.list(&directory) == "a")
        #expect(throws: CollectorError.self) { try Self.list(&directory, failing) }
        #expect(try Self.list(&directory) == "same")
    }
}

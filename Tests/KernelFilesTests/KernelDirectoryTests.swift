// SPDX-License-Identifier: Apache-2.0

import Foundation
import KernelFiles
import Testing

@Suite("Kept directories")
struct KernelDirectoryTests {
    private func names(_ listing: DirectoryListing) -> [String] {
        var listing = listing
        var names: [String] = []
        while let name = listing.next() { names.append(name.text) }
        return names.sorted()
    }

    @Test("a listing has every name but the directory itself and the one above", arguments: [0, 1, 64])
    func names(budget: Int) throws {
        let tree = try TemporaryTree(["eth0/mtu", "lo", ".hidden", "..two"])
        var reader = KernelFileReader(budget: DescriptorBudget(limit: budget, keeping: .anywhere))
        let directory = KernelDirectory(tree.path)
        for scrape in 1...3 as ClosedRange<UInt64> {
            reader.beginCollection(scrape: scrape)
            let listing = try reader.list(directory)
            #expect(names(listing) == ["..two", ".hidden", "eth0", "lo"])
        }
        #expect(directory.path == tree.path)
    }

    @Test("a look tells whether there is an entry, among however many hidden ones")
    func anyEntry() throws {
        func error(_ path: String) -> KernelFileError? {
            do throws(KernelFileError) { _ = try KernelDirectory.hasEntry(at: path) } catch { return error }
            return nil
        }
        let hidden = (0..<200).map { ".hidden\($0)" }
        let tree = try TemporaryTree(hidden.map { "many/\($0)" } + ["one/a", "both/.b", "both/c"])
        #expect(try KernelDirectory.hasEntry(at: tree["many"]) == false)
        #expect(try KernelDirectory.hasEntry(at: tree["one"]))
        #expect(try KernelDirectory.hasEntry(at: tree["both"]))
        #expect(error(tree["none"])?.isMissing == true)
        #expect(error(tree["one/a"])?.path == tree["one/a"])
    }

    @Test("names that come and go are seen at the next listing")
    func changes() throws {
        let tree = try TemporaryTree(["a"])
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 1, keeping: .anywhere))
        let directory = KernelDirectory(tree.path)
        let first = try reader.list(directory)
        #expect(names(first) == ["a"])
        try tree.write("b", "")
        try FileManager.default.removeItem(atPath: tree["a"])
        let second = try reader.list(directory)
        #expect(names(second) == ["b"])
        // The first is what it was.
        #expect(names(first) == ["a"])
    }

    @Test("a listing's fingerprint stays until a name comes, goes, or leads to another folder")
    func fingerprint() throws {
        let tree = try TemporaryTree(["policy0/a", "policy10/a"])
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 1))
        let directory = KernelDirectory(tree.path)
        func look() throws -> UInt64 {
            reader.beginCollection(scrape: 1)
            return try reader.list(directory).fingerprint
        }
        let first = try look()
        // Another use of the memory between, whose bytes must not count.
        _ = try reader.contents(ofPath: "/proc/self/stat")
        #expect(try look() == first)
        try tree.write("policy2/a", "")
        let three = try look()
        #expect(three != first)
        // The number of the folder that is kept is not given to another one.
        try FileManager.default.moveItem(atPath: tree["policy2"], toPath: tree["policy10/kept"])
        try tree.write("policy2/a", "")
        #expect(try look() != three)
    }

    @Test("a directory that went is missing, and one that was made again is listed")
    func madeAgain() throws {
        let tree = try TemporaryTree(["d/a"])
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 1, keeping: .anywhere))
        let directory = KernelDirectory(tree["d"])
        let first = try reader.list(directory)
        #expect(names(first) == ["a"])
        try FileManager.default.removeItem(atPath: tree["d"])
        var missing: KernelFileError?
        do throws(KernelFileError) { _ = try reader.list(directory) } catch { missing = error }
        #expect(missing?.isMissing == true)
        #expect(missing?.path == tree["d"])
        try tree.write("d/b", "")
        let again = try reader.list(directory)
        #expect(names(again) == ["b"])
    }

    @Test("thousands of long names are all there, once each")
    func many() throws {
        let wanted = (0..<3_000).map { "\($0)-" + String(repeating: "n", count: 240) }
        let tree = try TemporaryTree(wanted)
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 1, keeping: .anywhere))
        let directory = KernelDirectory(tree.path)
        for _ in 0..<2 {
            let listing = try reader.list(directory)
            #expect(names(listing) == wanted.sorted())
        }
    }

    @Test("a name may be of any bytes")
    func strangeName() throws {
        let tree = try TemporaryTree()
        let name: [UInt8] = [0xFF, 0x20, 0x0A, 0xC3]
        let path = Array(tree.path.utf8) + [0x2F] + name
        let descriptor = (path + [0]).withUnsafeBytes {
            open($0.baseAddress!.assumingMemoryBound(to: CChar.self), O_CREAT | O_CLOEXEC, 0o600)
        }
        try #require(descriptor >= 0)
        close(descriptor)
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 1, keeping: .anywhere))
        var listing = try reader.list(KernelDirectory(tree.path))
        let only = listing.next()
        #expect(only?.array == name)
        let end = listing.next()
        #expect(end == nil)
    }

    @Test("what is no directory is an error, whatever else it is")
    func noDirectory() throws {
        let tree = try TemporaryTree(["file"])
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 1, keeping: .anywhere))
        for name in ["file", "none"] {
            var caught: KernelFileError?
            do throws(KernelFileError) { _ = try reader.list(KernelDirectory(tree[name])) } catch { caught = error }
            #expect(caught?.errno == (name == "file" ? ENOTDIR : ENOENT))
        }
    }
}

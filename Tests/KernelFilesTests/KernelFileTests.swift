// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import KernelFiles

@Suite("Reading kernel files to their end")
struct KernelFileTests {
    /// A file of `count` bytes below the temporary directory, for the length of a call.
    private func withFile(_ count: Int, lines: Int? = nil, _ body: (String, [UInt8]) throws -> Void) throws {
        var template = Array("/tmp/kernel-file-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            close(descriptor)
            unlink(path)
        }
        let bytes = (0..<count).map { at -> UInt8 in
            guard let lines else { return UInt8(truncatingIfNeeded: at &* 7) }
            return (at + 1) % lines == 0 ? UInt8(ascii: "\n") : UInt8(ascii: "a") + UInt8(at % 26)
        }
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
        try body(path, bytes)
    }

    @Test(
        "a file of any length is read whole, in whatever pieces the kernel gives it",
        arguments: [0, 1, 4_095, 4_096, 8_191, 8_192, 8_193, 200_000])
    func whole(count: Int) throws {
        try withFile(count) { path, bytes in
            for longest in [Int.max, 4_096, 4_050, 1_000] {
                var reader = KernelFileReader(
                    budget: DescriptorBudget(limit: 4, keeping: .anywhere),
                    conditions: ReadConditions(longestRead: longest))
                let file = KernelFile(path)
                for _ in 0..<2 {
                    reader.beginCollection(scrape: 1)
                    let found = try reader.contents(of: file).array
                    #expect(found == bytes)
                }
                let once = try reader.contents(ofPath: path).array
                #expect(once == bytes)
            }
        }
    }

    @Test("a file that claims to be one read is whole up to a page, and cut where the claim is wrong")
    func oneRead() throws {
        for count in [0, 1, 4_095, 4_096, 5_000] {
            try withFile(count) { path, bytes in
                let file = KernelFile(oneRead: path)
                var plain = KernelFileReader(budget: DescriptorBudget(limit: 1, keeping: .anywhere))
                let found = try plain.contents(of: file).array
                #expect(found == bytes)
                var cut = KernelFileReader(
                    budget: DescriptorBudget(limit: 1, keeping: .anywhere),
                    conditions: ReadConditions(longestRead: 4_096))
                let page = try cut.contents(of: file).array
                #expect(page == Array(bytes.prefix(4_096)))
            }
        }
    }

    @Test("a file that is made in one piece is whole, in whatever pieces a test has it read")
    func onePiece() throws {
        for count in [0, 1, 4_096, 8_191, 8_192, 8_193, 70_000] {
            try withFile(count) { path, bytes in
                for longest in [Int.max, 4_096, 1_000] {
                    var reader = KernelFileReader(
                        budget: DescriptorBudget(limit: 1, keeping: .anywhere),
                        conditions: ReadConditions(longestRead: longest))
                    let found = try reader.contents(of: KernelFile(inOnePiece: path)).array
                    #expect(found == bytes)
                }
            }
        }
    }

    @Test(
        "the running kernel gives what it makes in one piece as far as there is room",
        arguments: [
            "stat", "meminfo", "loadavg", "net/netstat", "net/snmp", "net/snmp6", "net/sockstat", "net/sockstat6",
            "sys/fs/file-nr",
        ])
    func onePieceOfKernel(name: String) throws {
        let descriptor = open("/proc/" + name, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { try Test.cancel("this kernel has no /proc/\(name)") }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        let whole = pread(descriptor, &buffer, buffer.count, 0)
        try #require(whole > 0)
        #expect(pread(descriptor, &buffer, buffer.count, whole) == 0)
        // Numbers may have become longer or shorter meanwhile.
        for asked in [7, 100, 1_000, 4_096, 5_000, 8_192] where asked < whole - 200 {
            #expect(pread(descriptor, &buffer, asked, 0) == asked)
        }
    }

    @Test("a file of lines ends where a longer line had room, and loses its rest where the claim is wrong")
    func roomLeft() throws {
        for count in [0, 1, 128, 3_840, 3_968, 4_096, 12_800, 70_000] {
            try withFile(count, lines: 128) { path, bytes in
                for longest in [Int.max, 4_096, 1_000, 1] {
                    var reader = KernelFileReader(
                        budget: DescriptorBudget(limit: 1, keeping: .anywhere),
                        conditions: ReadConditions(longestRead: longest))
                    let found = try reader.contents(of: KernelFile(path, longestLine: 256)).array
                    #expect(found == bytes)
                }
            }
        }
        try withFile(12_000, lines: 1_500) { path, bytes in
            var cut = KernelFileReader(
                budget: DescriptorBudget(limit: 1, keeping: .anywhere), conditions: ReadConditions(longestRead: 4_096))
            let found = try cut.contents(of: KernelFile(path, longestLine: 256)).array
            #expect(found == Array(bytes.prefix(3_000)))
        }
    }

    @Test("a read that a test makes fail says which file and why, and the next one is tried again")
    func failing() throws {
        try withFile(10) { path, bytes in
            let conditions = ReadConditions { $0 == path ? EIO : 0 }
            var failing = KernelFileReader(
                budget: DescriptorBudget(limit: 1, keeping: .anywhere), conditions: conditions)
            let file = KernelFile(path)
            #expect(throws: KernelFileError(.read, path: path, errno: EIO)) { _ = try failing.contents(of: file) }
            #expect(throws: KernelFileError(.read, path: path, errno: EIO)) { _ = try failing.contents(ofPath: path) }
            var good = KernelFileReader(budget: DescriptorBudget(limit: 1, keeping: .anywhere))
            let found = try good.contents(of: file).array
            #expect(found == bytes)
        }
    }

    private func read(_ file: KernelFile?, by reader: inout KernelFileReader) throws -> [UInt8] {
        try reader.contents(of: try #require(file)).array
    }

    @Test("a kept descriptor is given back when the file is closed or goes, and opened again when it is stale")
    func budget() throws {
        try withFile(3) { path, bytes in
            let budget = DescriptorBudget(limit: 1, keeping: .anywhere)
            var reader = KernelFileReader(budget: budget)
            var first: KernelFile? = KernelFile(path)
            let second = KernelFile(path)
            let before = try read(first, by: &reader)
            #expect(before == bytes)
            #expect(!budget.take())
            let other = try reader.contents(of: second).array
            #expect(other == bytes)
            first?.close()
            #expect(budget.take())
            budget.giveBack()
            let after = try read(first, by: &reader)
            #expect(after == bytes)
            first = nil
            #expect(budget.take())
        }
    }
}

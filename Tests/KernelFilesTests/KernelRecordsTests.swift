// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import KernelFiles

@Suite("Files that the kernel writes in records")
struct KernelRecordsTests {
    /// A file of `count` bytes below the temporary directory, for the length of a call.
    private func withFile(_ count: Int, _ body: (String, [UInt8]) throws -> Void) throws {
        var template = Array("/tmp/records-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            close(descriptor)
            unlink(path)
        }
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
        try body(path, bytes)
    }

    @Test(
        "a file of any length is read whole, whatever its records",
        arguments: [0, 1, 4_095, 8_191, 8_192, 8_193, 200_000])
    func whole(count: Int) throws {
        try withFile(count) { path, bytes in
            var reader = KernelFileReader(budget: DescriptorBudget(limit: 4))
            for records in [KernelRecords.one, .many(longest: 100), .many(longest: 10_000), .manyOfAnyLength] {
                let file = KernelFile(path, records)
                for _ in 0..<2 {
                    reader.beginCollection(scrape: 1)
                    let found = try reader.contents(of: file).array
                    #expect(found == bytes)
                }
                let once = try reader.contents(ofPath: path, records).array
                #expect(once == bytes)
            }
        }
    }

    @Test("the running kernel's files in records are read as whole as to their very end")
    func live() throws {
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 8))
        // Files whose lines change their numbers, but not their count, from one read to the next.
        for (path, longest) in [("/proc/vmstat", 128), ("/proc/net/softnet_stat", 512), ("/proc/diskstats", 512)] {
            func lines(_ records: KernelRecords) -> Int? {
                (try? reader.contents(of: KernelFile(path, records)))?.array.count { $0 == 0x0A }
            }
            #expect(lines(.many(longest: longest)) == lines(.manyOfAnyLength), "\(path)")
        }
    }
}

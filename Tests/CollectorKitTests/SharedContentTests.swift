// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Foundation
import KernelFiles
import Testing

@Suite struct SharedContentTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path

    private func put(_ text: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    @Test("everybody sees what the first one read in a scrape, and the next scrape reads again")
    func onceAScrape() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let context = CollectorContext(roots: Roots(), options: Options(), sources: Sources())
        let file = context.sharedFile(path)
        let other = context.sharedFile(path)
        #expect(file.path == path)
        var first = KernelFileReader(budget: DescriptorBudget(limit: 0))
        var second = KernelFileReader(budget: DescriptorBudget(limit: 0))
        first.beginCollection(scrape: 1)
        second.beginCollection(scrape: 1)
        try put("one")
        #expect(try first.readIfPresent(file)?.text == "one")
        try put("two!")
        #expect(try first.readIfPresent(file)?.text == "one")
        #expect(try second.readIfPresent(other)?.text == "one")
        second.beginCollection(scrape: 2)
        #expect(try second.readIfPresent(other)?.text == "two!")
        first.beginCollection(scrape: 2)
        #expect(try first.readIfPresent(file)?.text == "two!")
        try put("")
        first.beginCollection(scrape: 3)
        second.beginCollection(scrape: 3)
        #expect(throws: CollectorError.empty(path: path)) { _ = try first.readIfPresent(file) }
        #expect(throws: CollectorError.empty(path: path)) { _ = try second.readIfPresent(other) }
        try FileManager.default.removeItem(atPath: path)
        first.beginCollection(scrape: 4)
        second.beginCollection(scrape: 4)
        #expect(try first.readIfPresent(file) == nil && second.readIfPresent(other) == nil)
    }

    @Test("a file that cannot be read says so to everybody, and is tried again")
    func unreadable() throws {
        let context = CollectorContext(roots: Roots(), options: Options(), sources: Sources())
        let file = context.sharedFile(FileManager.default.temporaryDirectory.path)
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 1))
        reader.beginCollection(scrape: 1)
        for _ in 0..<2 {
            #expect(throws: CollectorError.self) { _ = try reader.readIfPresent(file) }
        }
    }
}

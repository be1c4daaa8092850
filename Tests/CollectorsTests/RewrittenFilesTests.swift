// SPDX-License-Identifier: Apache-2.0

import Foundation
import KernelFiles
import ScrapeSupport
import Testing

/// Every file that any collector reads in its `typical` case, rewritten between two scrapes.
///
/// A collector that has run shows what one that begins with the new file shows. What it may keep, because it cannot
/// change without an event that the test does not bring about, stands in kept-values.txt with the reason.
@Suite struct RewrittenFilesTests {
    /// Other content of the same form: other digits, none of them smaller, or another word.
    private static func rewritten(_ old: [UInt8]) -> [UInt8] {
        let digits = old.map { (0x30...0x38).contains($0) ? $0 + 1 : $0 }
        if digits != old { return digits }
        guard let end = old.lastIndex(where: { $0 != 0x0A }) else { return Array("1\n".utf8) }
        return old[...end] + Array("x".utf8) + old[(end + 1)...]
    }

    @Test(
        "what was rewritten since the last scrape is shown as an agent that starts now shows it",
        arguments: FailingReadsTests.typical)
    func walk(fixture: FixtureCase) throws {
        try fixture.skipIfImpossible()
        let host = try FixtureHost(fixture, isCopy: true)
        let reads = WatchedReads()
        let running = try host.driver(reads.conditions)
        for _ in 1...2 { _ = ScrapeOutcome(running, fixture) }
        let kept = try UnsaidLosses(of: fixture.collector, ["KEPT"], in: "kept-values.txt")
        var used: Set<String> = []
        let files = reads.files.filter { $0.hasPrefix(host.folder + "/") }
        func content(_ path: String) throws -> [UInt8] {
            Array(try #require(FileManager.default.contents(atPath: path)))
        }
        let old = try files.map(content)
        for (path, old) in zip(files, old) {
            let shown = path.replacingOccurrences(of: host.folder + "/", with: "")
            host.rewrite(path, Self.rewritten(old))
            let second = ScrapeOutcome(running, fixture)
            let fresh = ScrapeOutcome(try host.driver(.kernel), fixture)
            if let difference = second.difference(from: fresh) {
                let entry = kept.entry(shown, "KEPT")
                #expect(entry != nil, "\(shown): \(difference)")
                if let entry { used.insert(entry) }
            }
            host.rewrite(path, old)
            _ = ScrapeOutcome(running, fixture)
        }
        #expect(kept.entries.subtracting(used).sorted() == [], "what is not kept: take it out of the list")
        if !kept.entries.isEmpty { return }
        // And all of them at once.
        for (path, old) in zip(files, old) { host.rewrite(path, Self.rewritten(old)) }
        let second = ScrapeOutcome(running, fixture)
        let fresh = ScrapeOutcome(try host.driver(.kernel), fixture)
        #expect(second.difference(from: fresh) == nil)
    }

    @Test("the list of kept values names collectors with a typical case")
    func listed() throws {
        let collectors = Set(FailingReadsTests.typical.map(\.collector))
        for entry in try ReasonedList("kept-values.txt").entries {
            #expect(collectors.contains(String(entry.prefix { $0 != " " })), "\(entry)")
        }
    }
}

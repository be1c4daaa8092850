// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import ExpositionSupport
import Foundation
import KernelFiles
import ScrapeSupport
import Synchronization
import Testing

/// Every file that any collector reads in its `typical` case, failing once with each of these errors.
///
/// What a failure costs has to be said: by the state, or by a lost item. And it is over when the file can be read again.
/// Where that is not so today, the case stands in unsaid-losses.txt, which can only shrink.
@Suite struct FailingReadsTests {
    private static let errors: [(name: String, number: Int32)] = [("EIO", EIO), ("EACCES", EACCES)]

    private static let typical = FixtureCase.all.filter { $0.name == "typical" }

    /// The paths that were read, and the one whose reads fail.
    private final class Reads: Sendable {
        private struct Content {
            var seen: Set<String> = []
            var failing: (path: String, error: Int32)?
        }

        private let content = Mutex(Content())

        var seen: Set<String> { content.withLock(\.seen) }

        func fail(_ path: String, with error: Int32) { content.withLock { $0.failing = (path, error) } }

        func failNothing() { content.withLock { $0.failing = nil } }

        var conditions: ReadConditions {
            ReadConditions { [self] path in
                content.withLock { content in
                    content.seen.insert(path)
                    guard let failing = content.failing, failing.path == path else { return 0 }
                    return failing.error
                }
            }
        }
    }

    /// What a scrape showed.
    private struct Outcome {
        let state: String
        let series: Set<String>
        let problems: Set<String>

        init(_ driver: ScrapeDriver) {
            driver.scrape()
            #expect(driver.result.fault == nil)
            let page = driver.page()
            problems = Set(
                ExpositionValidator.problems(in: page, format: .text).map { problem in
                    // The line is another one where others are missing.
                    problem.replacing(#/^line \d+: /#, with: "")
                })
            state = driver.state
            series = Set(ExpositionValidator.samples(in: page).map(\.series))
        }

        /// True where the failure of a read shows in the state; nil where it cost nothing of `whole`.
        func isSaid(of whole: Outcome) -> Bool? {
            if state != whole.state {
                return state.hasPrefix("degraded") || ["failed", "no_permission"].contains(state)
            }
            return whole.series.isSubset(of: series) ? nil : false
        }
    }

    /// How a collector takes a failure.
    private enum Verdict {
        /// It costs nothing.
        case harmless
        /// It costs something, which is said and over when the file can be read again.
        case good
        case wrong(String)
    }

    private static func verdict(_ host: FixtureHost, _ reads: Reads, of whole: Outcome) throws -> Verdict {
        let driver = try host.driver(reads.conditions)
        var outcome = Outcome(driver)
        for _ in 1...2 {
            // What text files say is theirs.
            #expect(outcome.problems.subtracting(whole.problems).sorted() == [])
            if outcome.isSaid(of: whole) == false { return .wrong("a loss that the collector does not say") }
            outcome = Outcome(driver)
        }
        let isHarmless = outcome.isSaid(of: whole) == nil
        reads.failNothing()
        // What is read by turns, or is found anew, may take two scrapes.
        for _ in 1...2 { outcome = Outcome(driver) }
        if outcome.state != whole.state || !whole.series.isSubset(of: outcome.series) {
            return .wrong("a loss that stays when the file can be read again")
        }
        return isHarmless ? .harmless : .good
    }

    @Test(
        "what a file or directory that cannot be read costs is said, and over when it can be read again",
        arguments: typical)
    func walk(fixture: FixtureCase) throws {
        try fixture.skipIfImpossible()
        let host = try FixtureHost(fixture)
        let reads = Reads()
        let driver = try host.driver(reads.conditions)
        _ = Outcome(driver)
        let whole = Outcome(driver)
        let listed = try UnsaidLosses(of: fixture.collector)
        var used: Set<String> = []
        for path in reads.seen.sorted() {
            for error in Self.errors {
                reads.fail(path, with: error.number)
                let verdict = try Self.verdict(host, reads, of: whole)
                let shown = path.replacingOccurrences(of: host.folder + "/", with: "")
                let entry = listed.entry(shown, error.name)
                switch verdict {
                case .good: #expect(entry == nil, "\(shown) \(error.name) is taken well: take it out of the list")
                case .harmless: break
                case .wrong(let mistake):
                    #expect(entry != nil, "\(shown) \(error.name): \(mistake)")
                    if let entry { used.insert(entry) }
                }
            }
        }
        #expect(listed.entries.subtracting(used).sorted() == [], "losses that there are not: take them out of the list")
    }

    @Test("the list of unsaid losses names collectors with a typical case")
    func listed() throws {
        let collectors = Set(Self.typical.map(\.collector))
        for entry in try ReasonedList("unsaid-losses.txt").entries {
            #expect(collectors.contains(String(entry.prefix { $0 != " " })), "\(entry)")
        }
    }
}

/// The lines of unsaid-losses.txt for one collector: `collector path ERROR,ERROR`, where a star in the path stands for
/// any part of a name.
///
/// A line holds for all that it fits: where a collector takes one of them well, the line has to be narrower.
private struct UnsaidLosses {
    let entries: Set<String>
    private let patterns: [(entry: String, path: Regex<Substring>, errors: Set<String>)]

    init(of collector: String) throws {
        entries = try ReasonedList("unsaid-losses.txt").entries.filter { $0.hasPrefix(collector + " ") }
        patterns = try entries.map { entry in
            let words = entry.split(separator: " ", omittingEmptySubsequences: false)
            try #require(words.count >= 3, "not `collector path ERROR,ERROR`: \(entry)")
            let parts = words[1..<(words.count - 1)].joined(separator: " ")
                .split(separator: "*", omittingEmptySubsequences: false)
                .map { NSRegularExpression.escapedPattern(for: String($0)) }
            let path = try Regex(parts.joined(separator: "[^/]*"), as: Substring.self)
            return (entry, path, Set(words[words.count - 1].split(separator: ",").map(String.init)))
        }
    }

    /// The line that says that this failure costs something unsaid; nil where none does.
    func entry(_ path: String, _ error: String) -> String? {
        patterns.first { $0.errors.contains(error) && path.wholeMatch(of: $0.path) != nil }?.entry
    }
}

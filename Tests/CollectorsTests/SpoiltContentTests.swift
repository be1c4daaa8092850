// SPDX-License-Identifier: Apache-2.0

import Foundation
import KernelFiles
import ScrapeSupport
import Testing

/// Every file that any collector reads in its `typical` case with nothing in it, with one line of garbage, and with
/// garbage in the place of its last line.
///
/// Where that costs samples it has to be said, and no value may come of it. It costs that file: what others say stays.
/// Exceptions stand in unsaid-losses.txt (EMPTY, GARBAGE, LINE) and sole-files.txt.
@Suite struct SpoiltContentTests {
    private static let word = "garbage"

    /// What is done to a file.
    private enum Spoiling: String, CaseIterable {
        case empty = "EMPTY"
        case garbage = "GARBAGE"
        case lastLine = "LINE"

        /// The new content; nil where that is the same as another way.
        func content(of old: [UInt8]) -> [UInt8]? {
            switch self {
            case .empty: return []
            case .garbage: return Array((SpoiltContentTests.word + "\n").utf8)
            case .lastLine:
                var lines = old.split(separator: 0x0A, omittingEmptySubsequences: false)
                if lines.last?.isEmpty == true { lines.removeLast() }
                guard lines.count > 1 else { return nil }
                lines[lines.count - 1] = ArraySlice(SpoiltContentTests.word.utf8)
                return Array(lines.joined(separator: [0x0A])) + [0x0A]
            }
        }
    }

    /// What is wrong with a page; nil where nothing is.
    private static func mistake(_ outcome: ScrapeOutcome, _ whole: ScrapeOutcome) -> String? {
        if outcome.tellsLoss, outcome.state != whole.state { return nil }
        // A text became another text.
        let isText = outcome.series.contains { $0.contains(word) } && outcome.values.count >= whole.values.count
        if isText { return nil }
        let counts = outcome.counts
        for (name, count) in whole.counts.sorted(by: { $0.key < $1.key }) where counts[name, default: 0] < count {
            return "\(outcome.state), and of \(name) there are \(counts[name, default: 0]) instead of \(count)"
        }
        for (series, value) in outcome.values {
            guard let before = whole.values[series], before != value else { continue }
            return "\(series) is \(value) instead of \(before)"
        }
        return nil
    }

    @Test(
        "content that is none costs its file, says so, and becomes no value",
        arguments: FailingReadsTests.typical)
    func walk(fixture: FixtureCase) throws {
        try fixture.skipIfImpossible()
        let host = try FixtureHost(fixture, isCopy: true)
        let reads = WatchedReads()
        let driver = try host.driver(reads.conditions)
        let whole = ScrapeOutcome(driver, fixture)
        let listed = try UnsaidLosses(of: fixture.collector, Spoiling.allCases.map(\.rawValue))
        let sole = try Set(ReasonedList("sole-files.txt").entries.filter { $0.hasPrefix(fixture.collector + " ") })
        let files = reads.files.filter { $0.hasPrefix(host.folder + "/") }
        var used: Set<String> = []
        for path in files {
            let shown = path.replacingOccurrences(of: host.folder + "/", with: "")
            let old = Array(try #require(FileManager.default.contents(atPath: path)))
            defer { host.rewrite(path, old) }
            for spoiling in Spoiling.allCases {
                guard let content = spoiling.content(of: old), content != old else { continue }
                host.rewrite(path, content)
                let outcome = ScrapeOutcome(try host.driver(.kernel), fixture)
                #expect(outcome.problems.subtracting(whole.problems).sorted() == [])
                if let mistake = Self.mistake(outcome, whole) {
                    let entry = listed.entry(shown, spoiling.rawValue)
                    #expect(entry != nil, "\(shown) \(spoiling.rawValue): \(mistake)")
                    if let entry { used.insert(entry) }
                } else if outcome.values.isEmpty, !whole.values.isEmpty, files.count > 1 {
                    let line = "\(fixture.collector) \(shown)"
                    #expect(sole.contains(line), "\(line) \(spoiling.rawValue) costs what the other files say")
                }
            }
        }
        #expect(listed.entries.subtracting(used).sorted() == [], "losses that there are not: take them out of the list")
    }
}

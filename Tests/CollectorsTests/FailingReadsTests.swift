// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Foundation
import KernelFiles
import ScrapeSupport
import Testing

/// Every file that any collector reads in its `typical` case, failing from the start with each of these errors.
///
/// What a failure costs has to be said: by the state, or by a lost item. It costs that file: what others say stays. And it
/// is over when the file can be read again: then the page is that of a host where nothing failed. Where that is not so,
/// the case stands in unsaid-losses.txt or sole-files.txt with its reason.
@Suite struct FailingReadsTests {
    private static let errors: [(name: String, number: Int32)] = [
        ("EIO", EIO), ("EACCES", EACCES), ("EOPNOTSUPP", EOPNOTSUPP),
    ]

    static let typical = FixtureCase.all.filter { $0.name == "typical" }

    /// How a collector takes a failure.
    private enum Verdict {
        /// It costs nothing.
        case harmless
        /// It costs something, which is said and over when the file can be read again.
        case good
        /// The same, and nothing else is shown.
        case whole
        case wrong(String)
    }

    /// False where something of `whole` is missing and the state says nothing; nil where nothing is missing.
    ///
    /// EOPNOTSUPP of an attribute of sysfs is the driver's word that there is no such value.
    private static func isSaid(_ outcome: ScrapeOutcome, _ whole: ScrapeOutcome, _ failure: Failure) -> Bool? {
        if outcome.tellsLoss, outcome.state != whole.state { return true }
        if whole.series.isSubset(of: outcome.series), outcome.state == whole.state { return nil }
        return failure.isAbsence
    }

    private struct Failure {
        let path, shown, error: String
        let number: Int32

        var isAbsence: Bool { number == EOPNOTSUPP && shown.hasPrefix("sys/") }
    }

    private static func verdict(
        _ host: FixtureHost, _ fixture: FixtureCase, of whole: ScrapeOutcome, _ failure: Failure
    ) throws -> Verdict {
        let reads = WatchedReads()
        reads.fail(failure.path, with: failure.number)
        let driver = try host.driver(reads.conditions)
        var outcome = ScrapeOutcome(driver, fixture)
        if isSaid(outcome, whole, failure) == false { return .wrong("a loss at the first look that is not said") }
        outcome = ScrapeOutcome(driver, fixture)
        // What text files say is theirs.
        #expect(outcome.problems.subtracting(whole.problems).sorted() == [])
        let isSaid = isSaid(outcome, whole, failure)
        if isSaid == false { return .wrong("a loss that is not said") }
        let isWhole = outcome.values.isEmpty && !whole.values.isEmpty
        reads.failNothing()
        outcome = ScrapeOutcome(driver, fixture)
        // What is read by turns, or is found anew, may take two scrapes.
        if outcome.difference(from: whole) != nil { outcome = ScrapeOutcome(driver, fixture) }
        if let difference = outcome.difference(from: whole) {
            return .wrong("a loss that stays when the file can be read again: \(difference)")
        }
        return isWhole ? .whole : isSaid == nil ? .harmless : .good
    }

    @Test(
        "a file or directory that cannot be read costs itself, says so, and is back when it can be read again",
        arguments: typical)
    func walk(fixture: FixtureCase) throws {
        try fixture.skipIfImpossible()
        let host = try FixtureHost(fixture)
        let reads = WatchedReads()
        let driver = try host.driver(reads.conditions)
        _ = ScrapeOutcome(driver, fixture)
        let whole = ScrapeOutcome(driver, fixture)
        let listed = try UnsaidLosses(of: fixture.collector, Self.errors.map(\.name))
        let sole = try Set(
            ReasonedList("sole-files.txt").entries.filter { $0.hasPrefix(fixture.collector + " ") })
        let files = Set(reads.files)
        var used: Set<String> = []
        for path in reads.seen.sorted() {
            let shown = path.replacingOccurrences(of: host.folder + "/", with: "")
            for error in Self.errors {
                let failure = Failure(path: path, shown: shown, error: error.name, number: error.number)
                let verdict = try Self.verdict(host, fixture, of: whole, failure)
                let entry = listed.entry(shown, error.name)
                switch verdict {
                case .good: #expect(entry == nil, "\(shown) \(error.name) is taken well: take it out of the list")
                case .harmless: break
                case .whole:
                    // A directory has all that is in it, and one file is the collector's whole.
                    guard files.contains(path), files.count > 1 else { break }
                    let line = "\(fixture.collector) \(shown)"
                    #expect(sole.contains(line), "\(line) \(error.name) costs what the other files say")
                    used.insert(line)
                case .wrong(let mistake):
                    #expect(entry != nil, "\(shown) \(error.name): \(mistake)")
                    if let entry { used.insert(entry) }
                }
            }
        }
        let stale = listed.entries.union(sole).subtracting(used).sorted()
        #expect(stale == [], "losses that there are not: take them out of the list")
    }

    @Test(
        "the lists of losses name collectors with a typical case", arguments: ["unsaid-losses.txt", "sole-files.txt"])
    func listed(file: String) throws {
        let collectors = Set(Self.typical.map(\.collector))
        for entry in try ReasonedList(file).entries {
            #expect(collectors.contains(String(entry.prefix { $0 != " " })), "\(entry)")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import ExpositionSupport
import Foundation
import KernelFiles
import ScrapeSupport
import Synchronization
import Testing

/// What a scrape of a fixture case showed.
struct ScrapeOutcome {
    let state: String
    /// The value of each series, as text; a star where it changes by itself.
    let values: [String: String]
    let problems: Set<String>

    /// Families that tell what happened since the start, which is not the same in every process.
    private static let history: Set<String> = [
        "host_device_last_seen_timestamp_seconds", "host_device_state_changes_total",
    ]

    init(_ driver: ScrapeDriver, _ fixture: FixtureCase) {
        driver.scrape()
        #expect(driver.result.fault == nil)
        let page = driver.page()
        problems = Set(
            ExpositionValidator.problems(in: page, format: .text).map { problem in
                // The line is another one where others are missing.
                problem.replacing(#/^line \d+: /#, with: "")
            })
        state = driver.state
        let volatile = Set(fixture.lines("volatile")).union(Self.history)
        let isLive = fixture.isLive
        var values: [String: String] = [:]
        for line in driver.text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let end = line.lastIndex(of: " ") else { continue }
            let name = String(line.prefix { $0 != "{" && $0 != " " })
            let isStar = isLive || volatile.contains(name)
            values[String(line[..<end])] = isStar ? "*" : String(line[line.index(after: end)...])
        }
        self.values = values
    }

    var series: Set<String> { Set(values.keys) }

    /// True where the state tells of a loss.
    var tellsLoss: Bool { state.hasPrefix("degraded") || ["failed", "no_permission"].contains(state) }

    /// The number of samples of each family.
    var counts: [String: Int] {
        var counts: [String: Int] = [:]
        for series in values.keys { counts[String(series.prefix { $0 != "{" }), default: 0] += 1 }
        return counts
    }

    /// What of another outcome differs, for a message: at most three lines of each.
    func difference(from other: ScrapeOutcome) -> String? {
        guard state != other.state || values != other.values else { return nil }
        let lines = { (outcome: ScrapeOutcome) in Set(outcome.values.map { "\($0.key) \($0.value)" }) }
        let (own, others) = (lines(self), lines(other))
        let shown = { (lines: Set<String>) in lines.sorted().prefix(3).joined(separator: " | ") }
        return
            "\(state): \(shown(own.subtracting(others))) instead of \(other.state): \(shown(others.subtracting(own)))"
    }
}

/// The paths that a driver reads, and the one whose reads fail.
final class WatchedReads: Sendable {
    private struct Content {
        var seen: Set<String> = []
        var failing: (path: String, error: Int32)?
    }

    private let content = Mutex(Content())

    var seen: Set<String> { content.withLock(\.seen) }

    /// Those that are files.
    var files: [String] {
        seen.sorted().filter { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
        }
    }

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

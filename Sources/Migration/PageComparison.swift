// SPDX-License-Identifier: Apache-2.0

/// What would change for the reader of node_exporter's page, from rounds of peer, ours and peer again.
package struct PageComparison {
    /// One look at both: the peer before and after ours.
    package struct Round {
        let before: SeriesPage
        let ours: SeriesPage
        let after: SeriesPage

        /// A look.
        package init(before: SeriesPage, ours: SeriesPage, after: SeriesPage) {
            self.before = before
            self.ours = ours
            self.after = after
        }
    }

    /// Series that the peer has in every look and ours in none, by family.
    package private(set) var missing: [String: [String]] = [:]
    /// node_exporter's families or series that only ours has.
    package private(set) var added: [String: [String]] = [:]
    /// Series whose values never were where the peer's moved.
    package private(set) var differing: [String: [String]] = [:]
    /// Families with another type.
    package private(set) var types: [String] = []
    /// How many series ours adds under names of its own.
    package private(set) var newSeries = 0
    /// How many series are the same.
    package private(set) var same = 0

    /// True where nothing would change.
    package var isEmpty: Bool { missing.isEmpty && added.isEmpty && differing.isEmpty && types.isEmpty }

    /// Compares the looks; none is no difference.
    package init(_ rounds: [Round]) {
        guard let last = rounds.last else { return }
        let peerPages = rounds.flatMap { [$0.before, $0.after] }
        for (series, family) in last.after.families where Self.isCompared(family) {
            guard peerPages.allSatisfy({ $0.values[series] != nil }) else { continue }
            guard rounds.contains(where: { $0.ours.values[series] != nil }) else {
                missing[family, default: []].append(series)
                continue
            }
            if let difference = Self.difference(series, rounds) {
                differing[family, default: []].append(difference)
            } else {
                same += 1
            }
        }
        for (series, family) in last.ours.families where peerPages.allSatisfy({ $0.values[series] == nil }) {
            // A row about a collector that only this agent has changes nothing of the peer's.
            if family.hasPrefix("node_"), family != "node_scrape_collector_success", Self.isCompared(family) {
                added[family, default: []].append(series)
            } else {
                newSeries += 1
            }
        }
        for (family, type) in last.after.types where Self.isCompared(family) {
            if let own = last.ours.types[family], own != type { types.append("\(family): \(type), here \(own)") }
        }
        types.sort()
    }

    /// Looks at both in turn, and again up to `limit` times while values differ: differences that are chance go away.
    ///
    /// `peer` fetches node_exporter's page, twice a look, and `ours` makes our own; what they throw, and a page that
    /// is none, ends the comparison. `pause` waits a little, so that what moves has moved when the peer is asked again.
    package static func looking(
        limit: Int, peer: () throws -> [UInt8], ours: () throws -> [UInt8], pause: () -> Void
    ) throws -> PageComparison {
        var rounds: [Round] = []
        var comparison = PageComparison([])
        while rounds.count < limit {
            let before = try SeriesPage(peer())
            let own = try SeriesPage(ours())
            pause()
            rounds.append(Round(before: before, ours: own, after: try SeriesPage(peer())))
            comparison = PageComparison(rounds)
            if comparison.differing.isEmpty { break }
        }
        return comparison
    }

    /// Families that say something of the agent itself are another program's by nature.
    private static func isCompared(_ family: String) -> Bool {
        let own = [
            "go_", "promhttp_", "process_", "node_scrape_collector_duration_seconds", "node_exporter_build_info",
        ]
        return !own.contains { family.hasPrefix($0) }
    }

    /// What differs beyond the peer's own movement; nil where nothing does.
    ///
    /// A value that ever moves may be off by as much as it moved; one that stands still may not.
    private static func difference(_ series: String, _ rounds: [Round]) -> String? {
        var lowest = Double.infinity
        var highest = -Double.infinity
        for page in rounds.flatMap({ [$0.before, $0.after] }) {
            guard let value = page.values[series] else { continue }
            lowest = min(lowest, value)
            highest = max(highest, value)
        }
        let slack = max(highest - lowest, abs(highest) * 1e-9)
        var shown = ""
        for round in rounds {
            guard let own = round.ours.values[series], let peer = round.after.values[series] else { continue }
            if own == peer || own.isNaN && peer.isNaN { return nil }
            if own >= lowest - slack, own <= highest + slack { return nil }
            shown = "\(series): \(peer), here \(own)"
        }
        return shown.isEmpty ? nil : shown
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles
import SDBus

/// The units of systemd by its list, with what is remembered of each from scrape to scrape.
struct SystemdUnits {
    /// The active states that every page has.
    static let states: [StaticString] = ["active", "activating", "deactivating", "inactive", "failed"]

    /// How many scrapes pass at most before a unit's type is asked for again.
    ///
    /// It changes only where a unit file does; this is for one that was changed, and whose unit was started anew, without
    /// systemd being told to reload.
    private static let longestTrust: UInt64 = 32

    /// What a unit is by the end of its name.
    enum Kind {
        case service, mount, timer, socket, other

        init(_ name: Bytes) {
            if name.hasSuffix(".service") {
                self = .service
            } else if name.hasSuffix(".mount") {
                self = .mount
            } else if name.hasSuffix(".timer") {
                self = .timer
            } else if name.hasSuffix(".socket") {
                self = .socket
            } else {
                self = .other
            }
        }
    }

    /// A unit.
    struct Unit {
        let kind: Kind
        let label: KeptLabels
        /// Its object, which follows from its name.
        let path: String
        /// False where the filters leave it out.
        let isWanted: Bool
        /// True where its file was found and read.
        var isLoaded = false
        /// Its place in `states`; nil for another state.
        var state: Int?
        /// The value of its property Type; nil where it is not known.
        var type: String?

        /// True where it is on the page.
        var isShown: Bool { isWanted && isLoaded }
    }

    private let include: Pattern
    private let exclude: Pattern
    private var rows = RowsByName<Unit>()
    /// How many units are in each of `states`.
    private(set) var counts: [Int] = []
    /// Units in other states: reloading, maintenance, refreshing.
    private(set) var otherCounts: [(state: String, count: Int)] = []
    /// When systemd read its unit files last.
    private var loadTime: UInt64?

    init(include: Pattern, exclude: Pattern) {
        self.include = include
        self.exclude = exclude
    }

    /// The number of units.
    var count: Int { rows.count }

    subscript(position: Int) -> Unit {
        get { rows[position] }
        _modify { yield &rows[position] }
    }

    /// Takes over the answer of ListUnits; false where it is not one.
    mutating func update(from answer: borrowing SDBusMessage) -> Bool {
        counts = Array(repeating: 0, count: Self.states.count)
        otherCounts.removeAll(keepingCapacity: true)
        guard answer.enterArray(of: "(ssssssouso)") else { return false }
        var position = 0
        while answer.enterStructure(of: "ssssssouso") {
            guard let name = answer.string(), answer.skip("s"), let load = answer.string(),
                let active = answer.string(), answer.skip("ss"), let path = answer.objectPath(), answer.skip("uso")
            else { return false }
            _ = rows.place(name, at: position) {
                Unit(
                    kind: Kind(name), label: KeptLabels { $0.add("name", name) }, path: path.text,
                    isWanted: include.matches(name) && !exclude.matches(name))
            }
            let state = Self.states.firstIndex { active == $0 }
            // What was started or stopped may have been read anew before.
            if rows[position].state != state { rows[position].type = nil }
            rows[position].state = state
            rows[position].isLoaded = load == "loaded"
            countState(state, active)
            position += 1
            answer.leave()
        }
        _ = rows.keepFirst(position)
        return true
    }

    private mutating func countState(_ state: Int?, _ text: Bytes) {
        if let state {
            counts[state] += 1
        } else if let other = otherCounts.firstIndex(where: { text == $0.state }) {
            otherCounts[other].count += 1
        } else {
            otherCounts.append((text.text, 1))
        }
    }

    /// Forgets the types that may have changed: all where systemd has read its unit files since, or where nobody knows;
    /// and some in each scrape.
    mutating func forgetTypes(loadTime: UInt64?, scrape: UInt64) {
        let isReloaded = loadTime == nil || loadTime != self.loadTime
        self.loadTime = loadTime
        for position in 0..<rows.count
        where isReloaded || (UInt64(position) &+ scrape) % Self.longestTrust == 0 {
            rows[position].type = nil
        }
    }
}

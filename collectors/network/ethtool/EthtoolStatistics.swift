// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The names of a driver's counters and the families that they become.
///
/// Worked out again when the driver gives other names than in the last scrape.
struct EthtoolStatistics {
    /// What a counter becomes.
    enum Target {
        /// A family with a name of its own.
        case metric(EthtoolMetric)
        /// A family named by the driver.
        case family(MetricFamily)
    }

    /// A counter that is shown.
    struct Row {
        /// Its place among the driver's counters.
        var position: Int
        let target: Target
    }

    /// The room that a name has.
    static let nameSize = 32
    private static let prefix = "node_ethtool_"

    /// The names that node_exporter has for some of them.
    private static let named: [(name: StaticString, metric: EthtoolMetric)] = [
        ("rx_bytes", .receivedBytes), ("rx_dropped", .receivedDropped), ("rx_errors", .receivedErrors),
        ("rx_packets", .receivedPackets), ("tx_bytes", .transmittedBytes), ("tx_errors", .transmittedErrors),
        ("tx_packets", .transmittedPackets),
    ]
    private static let taken = Set(EthtoolMetric.families.map(\.name))

    private let filter: Pattern?
    private var known: [UInt8] = []
    /// The counters that are shown, in the driver's order.
    private(set) var rows: [Row] = []
    /// Those that are not because their names cannot be told apart or are no names.
    private(set) var losses: [String] = []

    /// The counters whose names, as `sanitized` has them, match; all of them without a filter.
    init(filter: Pattern?) {
        self.filter = filter
    }

    /// The family of a driver's counter.
    static func family(_ name: String) -> MetricFamily {
        .untyped(prefix + name, ["device"], "The driver's own counter of this name.")
    }

    /// Takes the names, each in 32 bytes.
    mutating func update(_ names: Bytes) {
        if names == known { return }
        known = names.array
        rows = []
        losses = []
        var places: [String: (raw: [UInt8], row: Int?)] = [:]
        for position in 0..<(names.count / Self.nameSize) {
            let field = names[position * Self.nameSize, (position + 1) * Self.nameSize]
            let raw = field.upTo(field.firstIndex(of: 0) ?? field.count)
            let name = Self.sanitized(raw)
            let isShown = filter.map { filter in Bytes.withView(of: name) { filter.matches($0) } } ?? true
            guard !raw.isEmpty, isShown else { continue }
            add(position, raw, name, to: &places)
        }
        // A name that two counters share says nothing of either.
        rows.removeAll { $0.position < 0 }
    }

    private mutating func add(
        _ position: Int, _ raw: Bytes, _ name: [UInt8], to places: inout [String: (raw: [UInt8], row: Int?)]
    ) {
        let ending = Self.familyName(name)
        if let place = places[ending] {
            if let row = place.row, raw == place.raw {
                // The same name again: the last one counts, as with node_exporter.
                rows[row].position = position
                return
            }
            if let row = place.row { rows[row].position = -1 }
            places[ending]?.row = nil
            losses.append("the driver's counters \"\(raw.text)\" and another become one name")
            return
        }
        let target: Target
        if let known = Self.named.first(where: { Bytes($0.name) == name }) {
            target = .metric(known.metric)
        } else if ending.isEmpty || Self.taken.contains(Self.prefix + ending) {
            losses.append("the driver's counter \"\(raw.text)\" gives no name of its own")
            return
        } else {
            target = .family(Self.family(ending))
        }
        places[ending] = (raw.array, rows.count)
        rows.append(Row(position: position, target: target))
    }

    /// A driver's name with each run of what is no letter or digit, and the underscores around it, as one underscore.
    static func sanitized(_ name: Bytes) -> [UInt8] {
        var text: [UInt8] = []
        var at = 0
        while let byte = name[at] {
            var end = at
            while name[end] == UInt8(ascii: "_") { end += 1 }
            guard let odd = name[end], !isWord(odd) else {
                // Underscores that nothing odd follows stay as many as they are.
                if end > at { text.append(contentsOf: repeatElement(UInt8(ascii: "_"), count: end - at)) }
                if end == at { text.append(byte) }
                at = max(end, at + 1)
                continue
            }
            while let byte = name[end], !isWord(byte) { end += 1 }
            while name[end] == UInt8(ascii: "_") { end += 1 }
            text.append(UInt8(ascii: "_"))
            at = end
        }
        return text
    }

    /// True for a letter, a digit or an underscore.
    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): true
        default: false
        }
    }

    /// The end of a family's name: lower case, no underscore in front, and `received` and `transmitted` for the words rx
    /// and tx.
    static func familyName(_ name: [UInt8]) -> String {
        var text = name.drop { $0 == UInt8(ascii: "_") }.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        text = replacing("rx", with: "received", in: text)
        text = replacing("tx", with: "transmitted", in: text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The text with a word between underscores or at an end replaced; an underscore belongs to one word alone.
    private static func replacing(_ word: StaticString, with other: StaticString, in text: [UInt8]) -> [UInt8] {
        let underscore = UInt8(ascii: "_")
        return Bytes.withView(of: text) { text in
            var out: [UInt8] = []
            var at = 0
            while let byte = text[at] {
                let start = byte == underscore ? at + 1 : at
                let end = start + word.utf8CodeUnitCount
                let begins = byte == underscore || at == 0
                guard begins, text[start, end] == word, text[end] == nil || text[end] == underscore else {
                    out.append(byte)
                    at += 1
                    continue
                }
                if byte == underscore { out.append(underscore) }
                out.append(contentsOf: Bytes(other).array)
                if text[end] == underscore { out.append(underscore) }
                at = end + (text[end] == underscore ? 1 : 0)
            }
            return out
        }
    }
}

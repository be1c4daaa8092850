// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import ExpositionSupport

@testable import Collectors

/// The families that a collector declares, as names of samples find them.
struct DeclaredFamilies {
    private let byName: [String: MetricFamily]
    /// Families named while collecting, those with the longest fixed part first.
    private let open: [(parts: [String], family: MetricFamily)]

    init(_ descriptor: CollectorDescriptor) {
        let patterns = descriptor.openFamilies.filter { $0.name.contains("<") }
        let named = descriptor.families + descriptor.openFamilies.filter { !$0.name.contains("<") }
        byName = Dictionary(named.map { ($0.name, $0) }) { first, _ in first }
        open = patterns.map { (Self.parts(of: $0.name), $0) }
            .sorted { $0.parts.joined().count > $1.parts.joined().count }
    }

    /// The family of a sample's name; nil where none is declared.
    func family(of sample: String) -> MetricFamily? {
        if let family = byName[sample] { return family }
        for suffix in ["_bucket", "_sum", "_count"] where sample.hasSuffix(suffix) {
            guard let family = byName[String(sample.dropLast(suffix.count))] else { continue }
            if [.histogram, .summary].contains(family.type) { return family }
        }
        return open.first { Self.fits(sample, $0.parts) }?.family
    }

    /// The fixed parts of an open family's name, around its `<places>`.
    private static func parts(of name: String) -> [String] {
        var parts = [""]
        var isPlace = false
        for character in name {
            switch character {
            case "<":
                isPlace = true
                parts.append("")
            case ">": isPlace = false
            default: if !isPlace { parts[parts.count - 1].append(character) }
            }
        }
        return parts
    }

    private static func fits(_ name: String, _ parts: [String]) -> Bool {
        guard let first = parts.first, let last = parts.last, name.hasPrefix(first) else { return false }
        var rest = name.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}

/// A series of a golden: its name and the names of its labels.
struct GoldenSeries: Hashable {
    let name: String
    let labels: Set<String>

    /// All that the goldens of a case hold.
    static func all(of fixture: FixtureCase) -> Set<GoldenSeries> {
        if fixture.isLive {
            return Set(
                fixture.lines("expected.shape").map { line in
                    let parts = line.split(whereSeparator: { $0 == "{" || $0 == "}" })
                    let labels = parts.count > 1 ? parts[1].split(separator: ",").map(String.init) : []
                    return GoldenSeries(name: String(parts[0]), labels: Set(labels))
                })
        }
        let page = Array((fixture.text("expected.prom") ?? "").utf8)
        return Set(
            ExpositionValidator.samples(in: page).map { sample in
                GoldenSeries(name: sample.name, labels: Set(sample.labels.map(\.name)))
            })
    }

    /// What is wrong with its labels; nil where they are those that the family declares.
    func mistake(in family: MetricFamily) -> String? {
        if family.hasAnyLabels { return nil }
        var labels = labels
        if family.type == .histogram { labels.remove("le") }
        if family.type == .summary { labels.remove("quantile") }
        let declared = Set(family.labels)
        let surplus = labels.subtracting(declared).sorted()
        let missing = declared.subtracting(family.optionalLabels).subtracting(labels).sorted()
        if surplus.isEmpty && missing.isEmpty { return nil }
        return "\(name): surplus labels \(surplus), missing labels \(missing)"
    }
}

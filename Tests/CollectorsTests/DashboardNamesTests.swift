// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Foundation
import Scraping
import Testing

@testable import Collectors

/// The names that widely used dashboards and alert rules ask for, one a line in dashboard-names.txt.
@Suite struct DashboardNamesTests {
    /// Families that have a name of their own, and those named while collecting that a page without options shows.
    private static let given: Set<String> = {
        var names = Set(AgentMetric.allCases.map(\.family.name))
        for descriptor in Registry.entries.map(\.descriptor) {
            names.formUnion((descriptor.families + descriptor.openFamilies).map(\.name).filter { !$0.contains("<") })
        }
        for fixture in FixtureCase.all where fixture.text("flags") == nil {
            names.formUnion(GoldenSeries.all(of: fixture).map(\.name))
        }
        return names
    }()

    private static func names() throws -> [String] {
        let file = FixtureCase.root.deletingLastPathComponent().appendingPathComponent("dashboard-names.txt")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
            .filter { !$0.hasPrefix("#") }
    }

    @Test("every name is given, or stands in ungiven-names.txt with the reason why it is not")
    func given() throws {
        let names = try Self.names()
        #expect(names.count > 200)
        #expect(names == Set(names).sorted())
        let listed = try ReasonedList("ungiven-names.txt").entries
        let missing = Set(names).subtracting(Self.given)
        #expect(missing.subtracting(listed).sorted() == [], "asked for, and given by no collector")
        #expect(listed.subtracting(missing).sorted() == [], "given, or not asked for: take the line away")
    }
}

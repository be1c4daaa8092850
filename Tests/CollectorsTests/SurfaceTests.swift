// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Foundation
import KernelFiles
import Testing

@testable import Collectors

/// The families that users see, one a line in `surface.txt`: `name type label,label`.
///
/// A change here is a change of our interface. `RECORD_FIXTURES=1` rewrites the file for a person to read the diff.
@Suite struct SurfaceTests {
    private static let file = FixtureCase.root.deletingLastPathComponent().appendingPathComponent("surface.txt")

    private static let surface: String = {
        var lines: Set<String> = []
        for descriptor in Registry.entries.map(\.descriptor) {
            for family in descriptor.families + descriptor.openFamilies {
                lines.insert("\(family.name) \(family.type.text) \(family.labelText)")
            }
        }
        return lines.sorted().map { $0.trimmingCharacters(in: .whitespaces) + "\n" }.joined()
    }()

    @Test("the families are those of surface.txt")
    func recorded() throws {
        if Recording.isOn { return try Recording.write(Self.surface, to: Self.file) }
        let known = Set(try String(contentsOf: Self.file, encoding: .utf8).split(separator: "\n"))
        let now = Set(Self.surface.split(separator: "\n"))
        #expect(now.subtracting(known).sorted().isEmpty, "new families: record them with RECORD_FIXTURES=1")
        #expect(known.subtracting(now).sorted().isEmpty, "families that are gone")
        #expect(try String(contentsOf: Self.file, encoding: .utf8) == Self.surface)
    }

    @Test(
        "every series of every golden is of a family that its collector declares, with the labels that it declares",
        arguments: FixtureCase.all)
    func declared(fixture: FixtureCase) throws {
        let families = DeclaredFamilies(try fixture.descriptor)
        for series in GoldenSeries.all(of: fixture) {
            guard let family = families.family(of: series.name) else {
                Issue.record("\(series.name) is not declared by \(fixture.collector)")
                continue
            }
            #expect(series.mistake(in: family) == nil)
        }
    }

    @Test("every type in a golden is the declared one", arguments: FixtureCase.all.filter { !$0.isLive })
    func types(fixture: FixtureCase) throws {
        let families = DeclaredFamilies(try fixture.descriptor)
        for line in fixture.lines("expected.prom") where line.hasPrefix("# TYPE ") {
            let words = line.split(separator: " ")
            try #require(words.count == 4)
            let family = try #require(families.family(of: String(words[2])))
            // What text files say of their own families is theirs.
            if !family.hasAnyLabels { #expect("\(family.type.text)" == words[3], "\(words[2])") }
        }
    }

    @Test("every family is in a golden, or stands in unseen-families.txt with the reason why it is in none")
    func seen() throws {
        var unseen: Set<String> = []
        for descriptor in Registry.entries.map(\.descriptor) {
            unseen.formUnion((descriptor.families + descriptor.openFamilies).map(\.name))
        }
        for fixture in FixtureCase.all {
            let families = DeclaredFamilies(try fixture.descriptor)
            for series in GoldenSeries.all(of: fixture) {
                if let family = families.family(of: series.name) { unseen.remove(family.name) }
            }
        }
        let listed = try ReasonedList("unseen-families.txt")
        #expect(unseen.subtracting(listed.entries).sorted() == [], "in no golden and without a reason")
        #expect(listed.entries.subtracting(unseen).sorted() == [], "in a golden, or gone: take the line away")
    }

}

extension Roots {
    /// Trees in which nothing is.
    static let nowhere = Roots(
        procfs: "/nonexistent/proc", sysfs: "/nonexistent/sys", rootfs: "/nonexistent/root",
        udevData: "/nonexistent/udev")
}

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
        if ProcessInfo.processInfo.environment["RECORD_FIXTURES"] == "1" {
            try Self.surface.write(to: Self.file, atomically: true, encoding: .utf8)
            return
        }
        let known = Set(try String(contentsOf: Self.file, encoding: .utf8).split(separator: "\n"))
        let now = Set(Self.surface.split(separator: "\n"))
        #expect(now.subtracting(known).sorted().isEmpty, "new families: record them with RECORD_FIXTURES=1")
        #expect(known.subtracting(now).sorted().isEmpty, "families that are gone")
        #expect(try String(contentsOf: Self.file, encoding: .utf8) == Self.surface)
    }

    @Test("every sample of every fixture is of a family that its collector declares", arguments: FixtureCase.all)
    func declared(fixture: FixtureCase) throws {
        let descriptor = try #require(Registry.entries.first { $0.descriptor.name == fixture.collector }).descriptor
        let page = fixture.text("expected.prom") ?? ""
        let open = descriptor.openFamilies.map(Self.parts)
        for line in page.split(separator: "\n") where line.hasPrefix("# TYPE ") {
            let words = line.split(separator: " ")
            let name = String(words[2])
            let owner = descriptor.families.first { $0.name == name }
            if let owner {
                #expect("\(owner.type.text)" == words[3], "\(name)")
            } else {
                #expect(open.contains { Self.fits(name, $0) }, "\(name) is not declared by \(fixture.collector)")
            }
        }
    }

    /// The fixed parts of an open family's name, around its `<places>`.
    private static func parts(_ family: MetricFamily) -> [String] {
        var parts = [""]
        var isPlace = false
        for character in family.name {
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
            guard let range = rest.range(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}

extension Roots {
    /// Trees in which nothing is.
    static let nowhere = Roots(
        procfs: "/nonexistent/proc", sysfs: "/nonexistent/sys", rootfs: "/nonexistent/root",
        udevData: "/nonexistent/udev")
}

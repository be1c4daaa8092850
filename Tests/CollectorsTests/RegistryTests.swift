// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Foundation
import Testing

@testable import Collectors

/// Holds the rules that collectors/README.md states.
@Suite struct RegistryTests {
    private static let repository = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static let descriptors = Registry.entries.map(\.descriptor)

    /// `collectors/disk/DiskstatsCollector.swift` as (`disk`, `DiskstatsCollector`).
    private static let sourceFiles: [(group: String, type: String)] = {
        let root = repository.appendingPathComponent("collectors")
        let files = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix("Collector.swift") }.sorted().map { path in
            let parts = path.split(separator: "/")
            return (String(parts[0]), String(parts[parts.count - 1].dropLast(".swift".count)))
        }
    }()

    /// The name that a type's name stands for: `UDPQueuesCollector` is `udp_queues`, `DiskstatsCollector` `diskstats`.
    private static func letters(_ name: String) -> String {
        name.lowercased().filter { $0 != "_" }
    }

    @Test("the collectors are sorted by name and no name is there twice")
    func sorted() {
        let names = Self.descriptors.map(\.name)
        #expect(names == names.sorted())
        #expect(Set(names).count == names.count)
        for name in names {
            let isGood = name.utf8.allSatisfy { $0 == 0x5F || (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
            #expect(isGood, "\(name) is not lower case with underscores")
        }
    }

    @Test("every collector file is registered, and lies in the folder of its group")
    func registered() {
        var byLetters: [String: CollectorDescriptor] = [:]
        for descriptor in Self.descriptors { byLetters[Self.letters(descriptor.name)] = descriptor }
        #expect(!Self.sourceFiles.isEmpty)
        for (group, type) in Self.sourceFiles {
            let descriptor = byLetters[Self.letters(String(type.dropLast("Collector".count)))]
            #expect(descriptor != nil, "\(group)/\(type).swift is not in Registry.swift")
            if let descriptor { #expect(descriptor.group.rawValue == group, "\(type) lies in \(group)") }
        }
        #expect(Self.sourceFiles.count == Self.descriptors.count)
    }

    @Test("every collector has a typical, an absent and a malformed fixture case", arguments: descriptors.map(\.name))
    func fixtures(collector: String) {
        let folder = FixtureCase.root.appendingPathComponent(collector)
        let found = Set((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        for name in ["typical", "absent", "malformed"] {
            #expect(found.contains(name), "Fixtures/\(collector)/\(name) is missing")
        }
        #expect(!found.isEmpty, "Fixtures/\(collector) is missing")
    }

    @Test("every fixture folder is a collector's, and none of its cases is empty")
    func strayFixtures() {
        let names = Set(Self.descriptors.map(\.name))
        for fixture in FixtureCase.all {
            #expect(names.contains(fixture.collector), "Fixtures/\(fixture.collector) is no collector's")
            #expect(fixture.text("expected.state") != nil, "\(fixture.testDescription) has no expected.state")
        }
    }

    @Test("every family has one owner or is declared as shared, and is the same for all its owners")
    func owners() {
        var owners: [String: [String]] = [:]
        var families: [String: MetricFamily] = [:]
        for descriptor in Self.descriptors {
            for family in descriptor.families {
                owners[family.name, default: []].append(descriptor.name)
                if let known = families[family.name] { #expect(known == family, "\(family.name) differs") }
                families[family.name] = family
            }
        }
        let shared = owners.filter { $0.value.count > 1 }
        #expect(shared.mapValues { $0.sorted() } == SharedFamilies.owners.mapValues { $0.sorted() })
    }

    @Test("every family name and label name is a good one, and every help text is a sentence")
    func familyTexts() {
        for descriptor in Self.descriptors {
            #expect(Self.isSentence(descriptor.help), "help of \(descriptor.name): \(descriptor.help)")
            for family in descriptor.families + descriptor.openFamilies {
                #expect(Self.isSentence(family.help), "help of \(family.name): \(family.help)")
                #expect(family.labels.allSatisfy(Self.isName), "labels of \(family.name)")
                #expect(Set(family.labels).count == family.labels.count, "labels of \(family.name)")
            }
            #expect(descriptor.families.allSatisfy { Self.isName($0.name) }, "\(descriptor.name)")
            // An open family's name says in angle brackets what is named at run time, or is a whole name.
            let isGood = descriptor.openFamilies.allSatisfy { family in
                Self.isName(family.name) || family.name.contains("<") && family.name.contains(">")
            }
            #expect(isGood, "\(descriptor.name)")
        }
    }

    @Test("every flag is there once in the whole table, and its help text is a sentence")
    func flags() {
        var owners: [String: String] = [:]
        for descriptor in Self.descriptors {
            let options = [FlagTable.collectorSwitch(descriptor)] + descriptor.options
            for option in options {
                for name in [option.name] + option.aliases {
                    #expect(owners[name] == nil, "--\(name) belongs to \(owners[name] ?? "") and \(descriptor.name)")
                    owners[name] = descriptor.name
                }
                #expect(Self.isSentence(option.help), "help of --\(option.name): \(option.help)")
                #expect(!option.name.hasPrefix("no-") && !option.name.hasPrefix("-"))
            }
        }
        // `--no-x` of a switch x must not be another flag's name.
        for name in owners.keys { #expect(owners["no-" + name] == nil) }
    }

    @Test("every default is accepted by its own option")
    func defaults() throws {
        for option in Self.descriptors.flatMap(\.options) {
            if let standard = option.kind.standard { try option.check(standard, as: option.name) }
        }
    }

    @Test("every collector says what it reads")
    func reads() {
        for descriptor in Self.descriptors { #expect(!descriptor.reads.isEmpty, "\(descriptor.name)") }
    }

    @Test("every collector can be made with no option given, whatever the host has")
    func made() throws {
        let options = Options()
        let context = CollectorContext(roots: .nowhere, options: options, sources: Sources())
        for entry in Registry.entries { #expect(try entry.make(context).descriptor.name == entry.descriptor.name) }
    }

    private static func isSentence(_ text: String) -> Bool {
        text.count > 3 && text.hasSuffix(".") && !text.contains("\n") && text.first?.isWhitespace == false
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy {
            $0 == 0x5F || (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Collectors

/// Holds where the files of the collectors lie: a collector of one file is `<part>/<Name>Collector.swift`, one of more
/// is the folder `<part>/<name>/` with all its files, and what several collectors share is in `<part>/shared/`.
@Suite struct LayoutTests {
    private static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("collectors")

    /// What is of no part: the list of collectors, and families of collectors of different parts.
    private static let ofNoPart: Set<String> = ["Registry.swift", "SharedFamilies.swift"]

    /// A source file below `collectors/`.
    private struct Source: CustomStringConvertible {
        /// Where it lies, `network/shared/LinkSource.swift`.
        let path: String
        /// The collector whose it is; nil for what is shared.
        let owner: String?
        /// The types that others may use.
        let types: Set<String>
        /// All its words, without comments.
        let words: Set<String>

        var description: String { path }
    }

    private static let paths: [String] = {
        let found = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return found.filter { $0.hasSuffix(".swift") && !ofNoPart.contains($0) }.sorted()
    }()

    private static let names = Dictionary(
        uniqueKeysWithValues: Registry.entries.map { ("\($0.descriptor.name)", $0.descriptor.group.rawValue) })

    /// The collector that a path belongs to by the rule; nil for what is shared; an issue where it has no place.
    private static func owner(of path: String) -> String? {
        let parts = path.split(separator: "/").map(String.init)
        if parts.count == 2, parts[1].hasSuffix("Collector.swift") {
            let letters = parts[1].dropLast("Collector.swift".count).lowercased()
            let name = names.keys.first { $0.replacingOccurrences(of: "_", with: "") == letters }
            if let name, names[name] == parts[0] { return name }
        }
        if parts.count == 3, names[parts[1]] == parts[0] { return parts[1] }
        if parts.count == 3, parts[1] == "shared", !parts[2].hasSuffix("Collector.swift") { return nil }
        Issue.record(
            "\(path): neither <part>/<Name>Collector.swift, nor in <part>/<name of a collector>/ or <part>/shared/")
        return nil
    }

    private static func sources() throws -> [Source] {
        try paths.map { path in
            let text = try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
            var words: Set<String> = []
            var types: Set<String> = []
            for line in text.split(separator: "\n") {
                let code = line.range(of: "//").map { line[..<$0.lowerBound] } ?? line
                let inLine = code.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
                words.formUnion(inLine)
                let kinds: Set<String> = ["struct", "class", "enum", "protocol", "typealias"]
                let isOthers = line.first?.isLetter == true && inLine.first != "private"
                if isOthers, let kind = inLine.firstIndex(where: kinds.contains), kind + 1 < inLine.count {
                    types.insert(inLine[kind + 1])
                }
            }
            return Source(path: path, owner: owner(of: path), types: types, words: words)
        }
    }

    @Test("every file has its place: a collector's own, or a folder of what is shared")
    func places() throws {
        let owners = try Self.sources().compactMap(\.owner)
        #expect(Set(owners) == Set(Self.names.keys))
    }

    @Test("a collector of one file has no folder, and one of more files has its own with its type in it")
    func folders() throws {
        for (owner, files) in Dictionary(grouping: try Self.sources().filter { $0.owner != nil }, by: \.owner) {
            let owner = try #require(owner)
            let isFolder = files.contains { $0.path.split(separator: "/").count == 3 }
            #expect(isFolder == (files.count > 1), "\(owner) has \(files)")
            let folders = Set(files.map { $0.path.split(separator: "/").dropLast().joined(separator: "/") })
            #expect(folders.count == 1, "\(owner) lies in \(folders)")
            let main = files.filter { $0.path.hasSuffix("Collector.swift") }
            #expect(main.count == 1, "\(owner) is \(main)")
        }
    }

    @Test("no collector uses what is another one's own, and nothing shared uses a collector's own")
    func ownTypes() throws {
        let sources = try Self.sources()
        for source in sources {
            guard let owner = source.owner else { continue }
            for user in sources where user.owner != owner {
                let used = source.types.intersection(user.words)
                #expect(used.isEmpty, "\(user) uses \(used) of \(source)")
            }
        }
    }

    @Test("what is shared is used by more than one collector")
    func shared() throws {
        let sources = try Self.sources()
        for source in sources where source.owner == nil {
            var users: Set<String> = []
            var open = [source]
            var seen: Set<String> = [source.path]
            while let one = open.popLast() {
                // An extension's types are those of the file that it extends.
                let types =
                    one.types.isEmpty
                    ? [String(one.path.split(separator: "/")[2].prefix { $0 != "." && $0 != "+" })] : one.types
                for user in sources where !seen.contains(user.path) && !types.isDisjoint(with: user.words) {
                    seen.insert(user.path)
                    if let owner = user.owner { users.insert(owner) } else { open.append(user) }
                }
            }
            #expect(users.count > 1, "\(source) is used by \(users.sorted()) alone")
        }
    }
}

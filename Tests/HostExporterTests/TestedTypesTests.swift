// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Holds that whatever collectors are built on has a test that names it.
@Suite struct TestedTypesTests {
    private static let repository = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The targets whose public types are looked at.
    private static let folders = ["Sources/CivilTime", "Sources/CollectorKit", "Sources/KernelFiles"]

    /// The text of all Swift files below a folder but this one.
    private static func texts(_ folder: String) throws -> [String] {
        let base = repository.appendingPathComponent(folder).path
        var texts: [String] = []
        for case let path as String in FileManager.default.enumerator(atPath: base) ?? .init()
        where path.hasSuffix(".swift") && !path.hasSuffix("TestedTypesTests.swift") {
            texts.append(try String(contentsOfFile: base + "/" + path, encoding: .utf8))
        }
        return texts
    }

    /// The type that a line declares for all, outside of any other type; nil where it declares none.
    static func declaredType(_ line: Substring) -> String? {
        var words = line.split(separator: " ")[...]
        // What is within another type is indented, and is tested with that.
        guard !line.hasPrefix(" ") else { return nil }
        while let word = words.first, word.hasPrefix("@") { words = words.dropFirst() }
        guard words.popFirst() == "public" else { return nil }
        while let word = words.first, ["final", "indirect"].contains(word) { words = words.dropFirst() }
        let kinds: Set<Substring> = ["struct", "enum", "class", "protocol", "actor", "typealias"]
        guard let kind = words.popFirst(), kinds.contains(kind) else { return nil }
        return words.first.map { String($0.prefix(while: isWordCharacter)) }
    }

    /// The words of a text's code, without its comments.
    static func words(_ text: String) -> Set<String> {
        var words: Set<String> = []
        for line in text.split(separator: "\n") {
            let code = line.range(of: "//").map { line[..<$0.lowerBound] } ?? line
            for word in code.split(whereSeparator: { !isWordCharacter($0) }) { words.insert(String(word)) }
        }
        return words
    }

    private static func isWordCharacter(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }

    @Test("every public type that collectors are built on is named by a test")
    func allAreNamed() throws {
        let named = try Self.texts("Tests").reduce(into: Set<String>()) { $0.formUnion(Self.words($1)) }
        var types: Set<String> = []
        for folder in Self.folders {
            let found = try Self.texts(folder).flatMap { $0.split(separator: "\n").compactMap(Self.declaredType) }
            #expect(!found.isEmpty, "\(folder) has no public type")
            types.formUnion(found)
        }
        #expect(types.count > 40)
        #expect(types.subtracting(named).sorted() == [])
    }

    @Test(
        "the form of a declaration does not hide its type",
        arguments: [
            ("public struct Bytes {", "Bytes"), ("public final class KernelFile: Sendable {", "KernelFile"),
            ("@safe public struct ReadArena: ~Copyable {", "ReadArena"), ("public enum Clock{", "Clock"),
            ("public struct RowsByName<Row> {", "RowsByName"), ("public protocol Source: AnyObject {", "Source"),
        ])
    func declarations(line: String, type: String) {
        #expect(Self.declaredType(line[...]) == type)
    }

    @Test(
        "what is within a type, or not for all, is not looked at",
        arguments: ["    public enum Kind {", "struct Link {", "public func f() {", "// public struct A", ""])
    func noDeclarations(line: String) {
        #expect(Self.declaredType(line[...]) == nil)
    }

    @Test("a comment names no type")
    func comments() {
        #expect(
            Self.words("let a = Bytes() // KernelFile\n/// Roots\nKernelFileTests") == [
                "let", "a", "Bytes", "KernelFileTests",
            ])
    }
}

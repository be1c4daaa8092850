// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Holds what the documents say of the repository: links, files, types, make targets that they name exist.
@Suite struct DocumentsTests {
    private static let repository = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// All files that belong to the repository, from its top.
    private static let files: Set<String> = {
        var found: Set<String> = []
        for root in [".ci", "Sources", "Tests", "collectors", "docs", "packaging", "bench"] {
            let base = repository.appendingPathComponent(root).path
            for case let path as String in FileManager.default.enumerator(atPath: base) ?? .init() {
                found.insert(root + "/" + path)
            }
            found.insert(root)
        }
        found.formUnion((try? FileManager.default.contentsOfDirectory(atPath: repository.path)) ?? [])
        return found
    }()

    private static let documents = files.filter { $0.hasSuffix(".md") }.sorted()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: repository.appendingPathComponent(path), encoding: .utf8)
    }

    /// Words in camel case that are settings of systemd, not types.
    private static let others: Set<String> = ["NoNewPrivileges"]

    /// The names of all types of ours.
    private static let types: Set<String> = {
        var found: Set<String> = []
        for path in files where path.hasSuffix(".swift") {
            let source = (try? text(path)) ?? ""
            for match in source.matches(of: /\b(?:struct|class|enum|protocol|actor|typealias|case) (\w+)/) {
                found.insert(String(match.1))
            }
            // A file of extensions is named as it is.
            found.insert(String(path.split(separator: "/").last?.dropLast(6) ?? ""))
        }
        return found
    }()

    /// What a document names that is not there.
    ///
    /// In backquotes: paths with a slash whose first folder is one of the repository's or of the document's own, names of
    /// files of source, words in camel case, which are types, and `make` with a target. Besides, links.
    static func missing(in text: String, folder: String, targets: Set<String>) -> [String] {
        var missing: [String] = []
        let prose = text.replacing(/```[\s\S]*?```/, with: "")
        for match in prose.matches(of: /\]\(([^)\s#]+)[^)]*\)/) where !match.1.contains("://") {
            let path = URL(fileURLWithPath: "/" + folder).appendingPathComponent(String(match.1)).standardized.path
            if !files.contains(String(path.dropFirst())) { missing.append("link to \(match.1)") }
        }
        for match in text.matches(of: /\bmake ([a-z][a-z-]+)/)
        where match.range.lowerBound == text.startIndex
            || "`\n".contains(text[text.index(before: match.range.lowerBound)])
        {
            if !targets.contains(String(match.1)) { missing.append("make \(match.1)") }
        }
        for match in prose.matches(of: /`([^`\n]+)`/) {
            missing += Self.missing(inSpan: String(match.1), folder: folder)
        }
        return missing
    }

    private static func missing(inSpan span: String, folder: String) -> [String] {
        if span.wholeMatch(of: /[\w.-]+(\/[\w.-]+)*\/?/) != nil, span.contains("/") || isSource(span) {
            let path = span.hasSuffix("/") ? String(span.dropLast()) : span
            let first = path.split(separator: "/").first.map(String.init) ?? ""
            let isOurs = files.contains(first) && path != first || files.contains(folder + first) || isSource(path)
            let isThere =
                files.contains(path) || files.contains(folder + path)
                || !path.contains("/") && files.contains { $0.hasSuffix("/" + path) }
            return isOurs && !isThere ? [span] : []
        }
        guard span.wholeMatch(of: /[A-Z]\w*(<\w+>)?(\(.*\))?/) != nil else { return [] }
        let name = span.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        // One hump is a word of somebody else's: `Sendable`, `ARGS`.
        guard name.wholeMatch(of: /[A-Z]+[a-z]\w*[A-Z]\w*|[A-Z]{2,}[a-z]\w*/) != nil else { return [] }
        return types.contains(String(name)) || others.contains(String(name)) ? [] : [span]
    }

    private static func isSource(_ path: String) -> Bool {
        [".swift", ".py"].contains { path.hasSuffix($0) }
    }

    private static let targets: Set<String> = {
        let makefile = (try? text("Makefile")) ?? ""
        return Set(
            makefile.matches(of: /(?m)^([a-z][a-z -]*):/).flatMap { $0.1.split(separator: " ").map(String.init) })
    }()

    @Test("documents are found, and with them files, types and targets")
    func found() {
        #expect(Self.documents.count >= 7)
        #expect(Self.files.contains("collectors/Registry.swift"))
        #expect(Self.types.contains("CollectorDescriptor"))
        #expect(Self.targets.isSuperset(of: ["test", "run", "release"]))
    }

    @Test("what the documents name exists", arguments: documents)
    func names(document: String) throws {
        let folder = document.contains("/") ? document.prefix { $0 != "/" } + "/" : ""
        let missing = Self.missing(in: try Self.text(document), folder: String(folder), targets: Self.targets)
        #expect(missing == [], "\(document)")
    }

    @Test("a name of nothing is noticed")
    func noticed() {
        let text = """
            See [this](docs/none.md) and [that](README.md), `Sources/None/None.swift`, `disk/none`, `None.swift`, `NoSuchType`,
            `NoSuchType<Foo>`, `CollectorDescriptor`, `Registry.swift`, `/proc/stat`, `kernel/x86` and `make nothing`.
            """
        #expect(
            Self.missing(in: text, folder: "", targets: ["test"]) == [
                "link to docs/none.md", "make nothing", "Sources/None/None.swift", "None.swift", "NoSuchType",
                "NoSuchType<Foo>",
            ])
        #expect(Self.missing(in: "`disk/none`, `disk/diskstats/`", folder: "collectors/", targets: []) == ["disk/none"])
    }
}

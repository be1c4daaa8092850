// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Holds the layers: which target may import which module.
///
/// The compiler's own check of imports misses what comes in through another target, and Foundation. A module that is
/// not in the table is not allowed anywhere.
@Suite struct LayersTests {
    private static let repository = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// What every target may import.
    private static let everywhere: Set<String> = ["Glibc", "Synchronization"]

    /// Our own modules and others that a folder's files may import.
    private static let allowed: [String: Set<String>] = [
        "Sources/Exposition": [],
        // The words that Scraping and Serving share.
        "Sources/Pages": ["Exposition"],
        "Sources/CivilTime": [],
        "Sources/KernelFiles": ["CKernel"],
        "Sources/CollectorKit": ["CRE2", "Exposition", "KernelFiles"],
        "Sources/LMSensors": ["CLMSensors"],
        "Sources/PCIBus": ["CPCIBus", "KernelFiles"],
        "Sources/NVML": ["CNVML"],
        "Sources/SDBus": ["CSDBus", "KernelFiles"],
        "Sources/Expat": ["CExpat", "KernelFiles"],
        // The inventory is a source that collectors share.
        "Sources/Devices": ["CollectorKit", "KernelFiles", "NVML", "PCIBus"],
        "collectors": [
            "CivilTime", "CollectorKit", "Devices", "Expat", "Exposition", "KernelFiles", "LMSensors", "NVML", "PCIBus",
            "SDBus",
        ],
        "Sources/Configuration": ["CYAML", "CollectorKit"],
        "Sources/Scraping": ["CollectorKit", "Exposition", "KernelFiles", "Pages"],
        // NIO's way to end its threads takes a queue of Dispatch.
        "Sources/Serving": [
            "CZlib", "CivilTime", "Dispatch", "Exposition", "Logging", "NIOConcurrencyHelpers", "NIOCore", "NIOHTTP1",
            "NIOPosix", "Pages",
        ],
        "Sources/Manual": ["CollectorKit", "Configuration", "Exposition"],
        "Sources/Migration": ["CollectorKit", "Configuration", "Exposition", "KernelFiles", "Manual"],
        // Puts all parts together; knows no command line.
        "Sources/Agent": [
            "CivilTime", "CollectorKit", "Collectors", "Configuration", "Exposition", "KernelFiles", "Logging",
            "Pages", "Scraping", "Serving",
        ],
        "Sources/HostExporter": [
            "Agent", "CBuildFacts", "CollectorKit", "Collectors", "Configuration", "Devices", "Exposition",
            "KernelFiles", "Logging", "Manual", "Migration", "Pages", "Scraping", "Serving",
        ],
    ]

    /// An import: in which file of which folder, of which module.
    private struct Import: CustomStringConvertible {
        let folder: String
        let file: String
        let line: Int
        let module: String

        var description: String { "\(file):\(line) imports \(module)" }
    }

    /// All Swift files of the product, by the folder of their target.
    private static let files: [(folder: String, path: String)] = {
        var found: [(folder: String, path: String)] = []
        for root in ["Sources", "collectors"] {
            let base = repository.appendingPathComponent(root).path
            for case let path as String in FileManager.default.enumerator(atPath: base) ?? .init()
            where path.hasSuffix(".swift") {
                let folder = root == "Sources" ? "Sources/" + (path.split(separator: "/").first ?? "") : root
                found.append((folder, root + "/" + path))
            }
        }
        return found
    }()

    /// The module of a line such as `@preconcurrency public import struct NIOCore.ByteBuffer`; nil where it is none.
    static func module(of line: Substring) -> String? {
        var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })[...]
        let modifiers: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        while let word = words.first, word.hasPrefix("@") || modifiers.contains(word) { words = words.dropFirst() }
        guard words.popFirst() == "import" else { return nil }
        let kinds: Set<Substring> = ["typealias", "struct", "class", "enum", "protocol", "let", "var", "func"]
        if let word = words.first, kinds.contains(word) { words = words.dropFirst() }
        return words.first.map { String($0.prefix { $0 != "." && $0 != ";" }) }
    }

    private static func imports() throws -> [Import] {
        try files.flatMap { folder, path in
            let text = try String(contentsOf: repository.appendingPathComponent(path), encoding: .utf8)
            return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
                index, line in
                module(of: line).map { Import(folder: folder, file: path, line: index + 1, module: $0) }
            }
        }
    }

    @Test("every target imports only what its layer may")
    func layers() throws {
        let imports = try Self.imports()
        #expect(imports.count > 50)
        for found in imports {
            guard let modules = Self.allowed[found.folder] else {
                Issue.record("\(found.folder) is not in the table of layers")
                continue
            }
            #expect(modules.contains(found.module) || Self.everywhere.contains(found.module), "\(found)")
        }
    }

    @Test("nothing of the product imports Foundation, and no other library that brings it")
    func noFoundation() throws {
        let names: Set<String> = [
            "Foundation", "FoundationEssentials", "FoundationNetworking", "FoundationXML",
            "FoundationInternationalization", "ArgumentParser", "NIOFoundationCompat",
        ]
        for found in try Self.imports() where names.contains(found.module) { Issue.record("\(found)") }
        for (folder, modules) in Self.allowed { #expect(modules.isDisjoint(with: names), "\(folder)") }
    }

    @Test("C and C++ modules are used by their own wrapper alone")
    func shims() throws {
        let wrappers = [
            "CKernel": "Sources/KernelFiles", "CRE2": "Sources/CollectorKit", "CLMSensors": "Sources/LMSensors",
            "CPCIBus": "Sources/PCIBus", "CNVML": "Sources/NVML", "CExpat": "Sources/Expat", "CSDBus": "Sources/SDBus",
            "CZlib": "Sources/Serving",
            "CYAML": "Sources/Configuration",
            "CBuildFacts": "Sources/HostExporter",
        ]
        for found in try Self.imports() {
            guard let wrapper = wrappers[found.module] else { continue }
            #expect(found.folder == wrapper, "\(found)")
        }
    }

    @Test("no conditional import hides a module")
    func noConditionalImport() throws {
        for (_, path) in Self.files {
            let text = try String(contentsOf: Self.repository.appendingPathComponent(path), encoding: .utf8)
            #expect(!text.contains("canImport("), "\(path)")
        }
    }

    @Test("every source file begins with the licence line")
    func licence() throws {
        for (_, path) in Self.files {
            let text = try String(contentsOf: Self.repository.appendingPathComponent(path), encoding: .utf8)
            #expect(text.hasPrefix("// SPDX-License-Identifier: Apache-2.0\n"), "\(path)")
        }
    }

    @Test("no source file is longer than 400 lines")
    func lengths() throws {
        for (_, path) in Self.files {
            let text = try String(contentsOf: Self.repository.appendingPathComponent(path), encoding: .utf8)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
            #expect(lines <= 400, "\(path) has \(lines)")
        }
    }

    @Test("unchecked sendability is in few types, none a collector's, each with its proof beside it")
    func uncheckedSendable() throws {
        var count = 0
        for (folder, path) in Self.files {
            let text = try String(contentsOf: Self.repository.appendingPathComponent(path), encoding: .utf8)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() where line.contains("@unchecked Sendable") {
                count += 1
                #expect(folder != "collectors", "\(path):\(index + 1)")
                let next = lines.dropFirst(index + 1).first ?? ""
                #expect(next.drop { $0 == " " }.hasPrefix("// Sendable: "), "\(path):\(index + 1)")
            }
            #expect(!text.contains("nonisolated(unsafe)"), "\(path)")
        }
        #expect(count > 0)
        #expect(count <= 8)
    }

    @Test(
        "the form of an import does not hide its module",
        arguments: [
            ("import Foundation", "Foundation"), ("public import Exposition", "Exposition"),
            ("@preconcurrency import NIOCore", "NIOCore"), ("@testable import Collectors", "Collectors"),
            ("  import struct Foundation.Date", "Foundation"), ("@_exported public import Glibc", "Glibc"),
            ("import Foundation // why", "Foundation"), ("import Glibc;import Foundation", "Glibc"),
        ])
    func forms(line: String, module: String) {
        #expect(Self.module(of: line[...]) == module)
    }

    @Test(
        "what only looks like an import is none",
        arguments: ["// import Foundation", "let import1 = 0", "", "important"])
    func noForms(line: String) {
        #expect(Self.module(of: line[...]) == nil)
    }
}

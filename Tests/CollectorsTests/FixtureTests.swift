// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import FakeNVMLSupport
import Foundation
import KernelFiles
import ScrapeSupport
import Testing

@testable import Collectors

/// Walks `Fixtures/<collector>/<case>/`: `proc`, `sys`, `root` and `udev` stand for the host's trees, `flags` holds one
/// flag a line (`{case}` is the case's folder), `expected.prom` the page and `expected.state` the state.
///
/// `volatile` names the metrics whose values change by themselves, one a line; a star stands for them.
///
/// `nvml.script` scripts a libnvidia-ml (see Tests/FakeNVML) that the collector is given.
///
/// A collector that reads the live system has `expected.shape` instead of `expected.prom`: one `name{labels}` a line,
/// no values.
struct FixtureCase: CustomTestStringConvertible, Sendable {
    let collector: String
    let name: String
    let folder: URL

    var testDescription: String { "\(collector)/\(name)" }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")

    static let all: [FixtureCase] = folders(in: root).flatMap { collector in
        folders(in: collector).map {
            FixtureCase(collector: collector.lastPathComponent, name: $0.lastPathComponent, folder: $0)
        }
    }

    private static func folders(in url: URL) -> [URL] {
        let found = try? FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: [.isDirectoryKey])
        return (found ?? []).filter { $0.hasDirectoryPath }.sorted { $0.path < $1.path }
    }

    func text(_ file: String) -> String? {
        try? String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
    }

    /// Runs the collector once over the case's trees: its page and its state as one line.
    ///
    /// Links that lead back up, as the kernel's trees have them, stand in the file `links` (`path target`), because
    /// the package manager would follow them for ever; they are made in a copy.
    func run(_ conditions: ReadConditions = .kernel) throws -> (page: String, state: String) {
        guard let links = text("links") else { return try run(in: folder, conditions) }
        let copy = FileManager.default.temporaryDirectory.appendingPathComponent("fixture-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: folder, to: copy)
        defer { try? FileManager.default.removeItem(at: copy) }
        for line in links.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1)
            try #require(words.count == 2)
            let link = copy.appendingPathComponent(String(words[0]))
            // A folder that has nothing but the link is not in the repository.
            try FileManager.default.createDirectory(
                at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: String(words[1]))
        }
        return try run(in: copy, conditions)
    }

    private func run(in folder: URL, _ conditions: ReadConditions) throws -> (page: String, state: String) {
        let entry = try #require(Registry.entries.first { $0.descriptor.name == collector })
        let roots = Roots(
            procfs: folder.path + "/proc", sysfs: folder.path + "/sys", rootfs: folder.path + "/root",
            udevData: folder.path + "/udev")
        let table = FlagTable(Registry.entries.flatMap(\.descriptor.options))
        var flags = (text("flags") ?? "").split(separator: "\n")
            .map { $0.replacingOccurrences(of: "{case}", with: folder.path) }
        let fake = try fakeLibrary()
        if let fake { flags.append("--collector.nvidia.library=\(fake.path)") }
        let options = Options(given: try table.parse(flags).given)
        // NVIDIA's library is asked for its own collector alone.
        let enabled = Registry.enabled(by: options).subtracting(["nvidia"]).union([collector])
        let driver = try ScrapeDriver(
            [entry], roots: roots, options: options, enabled: enabled, conditions: conditions)
        // Twice, so that kept descriptors and reused memory show the same page as the first reading.
        for _ in 1...2 {
            driver.scrape()
            #expect(driver.result.fault == nil)
        }
        let page = driver.text
        // Paths of the case's trees may be labels; the page must not depend on where the repository is.
        let shown = page.replacingOccurrences(of: folder.path, with: "{case}")
        return (masked(Self.sorted(shown)), driver.state)
    }

    /// The library of NVIDIA's that the case's `nvml.script` describes; `# driver 470` in its first line says which one.
    private func fakeLibrary() throws -> FakeLibrary? {
        guard let script = text("nvml.script") else { return nil }
        let first = script.prefix { $0 != "\n" }
        let driver = first.hasPrefix("# driver ") ? Int(first.dropFirst(9)) : nil
        return try FakeLibrary(driver: driver ?? 590, script)
    }

    /// Whether the collector reads the live system, so that only the shape of its page is known.
    var isLive: Bool { FileManager.default.fileExists(atPath: folder.path + "/expected.shape") }

    /// Whether the case needs a library that cannot be built here.
    var isImpossible: Bool { text("nvml.script") != nil && FakeLibrary.whyNot != nil }

    /// The page with a star for each value that changes by itself.
    private func masked(_ page: String) -> String {
        let names = Set((text("volatile") ?? "").split(separator: "\n"))
        guard !names.isEmpty else { return page }
        return page.split(separator: "\n").map { line in
            guard names.contains(line.prefix { $0 != "{" && $0 != " " }), let end = line.lastIndex(of: " ") else {
                return line + "\n"
            }
            return line[...end] + "*\n"
        }.joined()
    }

    /// The page with its families by name and their samples in order, because directories list in any order.
    private static func sorted(_ page: String) -> String {
        var families: [(name: String, header: String, samples: [Substring])] = []
        for line in page.split(separator: "\n") {
            if line.hasPrefix("# HELP ") {
                families.append((String(line.dropFirst(7).prefix { $0 != " " }), line + "\n", []))
            } else if line.hasPrefix("#"), !families.isEmpty {
                families[families.count - 1].header += line + "\n"
            } else if !families.isEmpty {
                families[families.count - 1].samples.append(line)
            }
        }
        return families.sorted { $0.name < $1.name }.map { family in
            family.header + family.samples.sorted().map { $0 + "\n" }.joined()
        }.joined()
    }

    /// `name{label,label}` of every sample.
    static func shape(of page: String) -> String {
        let lines = page.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line -> String in
            var out = ""
            var isQuoted = false
            var isEscaped = false
            for character in line {
                if isQuoted {
                    if isEscaped {
                        isEscaped = false
                    } else if character == "\\" {
                        isEscaped = true
                    } else if character == "\"" {
                        isQuoted = false
                    }
                } else if character == "\"" {
                    isQuoted = true
                } else if character == " " {
                    break
                } else if character != "=" {
                    out.append(character)
                }
            }
            return out
        }
        return lines.joined(separator: "\n") + (lines.isEmpty ? "" : "\n")
    }
}

@Suite struct FixtureTests {
    private static let isRecording = ProcessInfo.processInfo.environment["RECORD_FIXTURES"] == "1"

    @Test("a collector gives the recorded page and state over a fixture", arguments: FixtureCase.all)
    func recorded(fixture: FixtureCase) throws {
        if fixture.isImpossible { return }
        let (page, state) = try fixture.run()
        let file = fixture.isLive ? "expected.shape" : "expected.prom"
        let shown = fixture.isLive ? FixtureCase.shape(of: page) : page
        if Self.isRecording {
            try shown.write(to: fixture.folder.appendingPathComponent(file), atomically: true, encoding: .utf8)
            try (state + "\n").write(
                to: fixture.folder.appendingPathComponent("expected.state"), atomically: true, encoding: .utf8)
            return
        }
        #expect(shown == fixture.text(file))
        #expect(state + "\n" == fixture.text("expected.state"))
    }

    @Test(
        "a page is the same when the kernel gives its files in pieces of a page, or byte by byte",
        arguments: FixtureCase.all)
    func inPieces(fixture: FixtureCase) throws {
        if fixture.isImpossible || fixture.isLive { return }
        let whole = try fixture.run()
        for longest in [4_096, 1] {
            let pieces = try fixture.run(ReadConditions(longestRead: longest))
            #expect(pieces.page == whole.page, "pieces of \(longest)")
            #expect(pieces.state == whole.state, "pieces of \(longest)")
        }
    }

    @Test("there are fixtures to walk")
    func notEmpty() {
        #expect(FixtureCase.all.count >= 3)
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Foundation
import Testing

@testable import Collectors

/// node_exporter's collectors, their defaults and flags against ours, and the table of docs/compatibility.md.
///
/// `RECORD_FIXTURES=1` rewrites the table.
@Suite struct CompatibilityTests {
    /// A collector of node_exporter 1.12.1 on Linux, from `node-exporter-collectors.txt`.
    private struct Peer {
        let name: String
        let isDefault: Bool
        /// Names of flags, without `--`.
        let flags: [String]
        let hidden: [String]

        static let all: [Peer] = {
            let file = FixtureCase.root.deletingLastPathComponent().appendingPathComponent(
                "node-exporter-collectors.txt")
            let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
                let words = line.split(separator: " ").map(String.init)
                let flags = words.dropFirst(2).map { "collector." + $0 }
                return Peer(
                    name: words[0], isDefault: words[1] == "on", flags: flags.filter { !$0.hasSuffix("*") },
                    hidden: flags.filter { $0.hasSuffix("*") }.map { String($0.dropLast()) })
            }
        }()
    }

    private static let descriptors = Dictionary(
        Registry.entries.map { ($0.descriptor.name, $0.descriptor) }, uniquingKeysWith: { first, _ in first })

    @Test("every collector of node_exporter is here, on where it is on there")
    func collectors() {
        #expect(Peer.all.count == 79)
        for peer in Peer.all {
            guard let descriptor = Self.descriptors[peer.name] else {
                Issue.record("no collector \(peer.name)")
                continue
            }
            #expect(descriptor.isDefault == peer.isDefault, "\(peer.name)")
        }
    }

    @Test("every flag of a collector of node_exporter is here, and hidden only where it is hidden there")
    func flags() {
        let options = Registry.entries.flatMap(\.descriptor.options)
        let known = Set(options.flatMap { [$0.name] + $0.aliases })
        let hidden = Set(options.filter(\.isHidden).map(\.name))
        for peer in Peer.all {
            #expect(Set(peer.flags + peer.hidden).subtracting(known) == [], "\(peer.name)")
            #expect(Set(peer.flags).intersection(hidden) == [], "\(peer.name)")
        }
    }

    @Test("docs/compatibility.md has the table of the collectors as they are")
    func table() throws {
        let root = FixtureCase.root.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appendingPathComponent("docs/compatibility.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let begin = "<!-- collectors -->\n"
        let end = "<!-- end of collectors -->\n"
        let start = try #require(text.range(of: begin)?.upperBound)
        let stop = try #require(text.range(of: end)?.lowerBound)
        let wanted = text[..<start] + Self.rows + text[stop...]
        if Recording.isOn { return try Recording.write(String(wanted), to: file) }
        #expect(text[start..<stop] == Self.rows, "record it with RECORD_FIXTURES=1")
    }

    private static var rows: String {
        var out = "| collector | default | flags of node_exporter | further flags |\n|---|---|---|---|\n"
        for peer in Peer.all {
            let ours = descriptors[peer.name]?.options.filter { !$0.isHidden }.map(\.name) ?? []
            let further = ours.filter { !peer.flags.contains($0) && !peer.hidden.contains($0) }
            out += "| \(peer.name) | \(peer.isDefault ? "on" : "off") | \(list(peer.flags)) | \(list(further)) |\n"
        }
        return out
    }

    private static func list(_ flags: [String]) -> String {
        flags.map { "`--\($0)`" }.joined(separator: " ")
    }
}

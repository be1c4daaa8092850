// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Pages of each zone of memory.
///
/// Source: /proc/zoneinfo, proc_zoneinfo(5); the fields differ from kernel to kernel.
struct ZoneinfoCollector: Collector {
    static let descriptor = CollectorDescriptor(
        name: "zoneinfo", group: .memory, isDefault: false, help: "Pages of each zone of memory.",
        reads: ["/proc/zoneinfo"],
        openFamilies: [
            .gauge(
                "node_zoneinfo_protection_<zone>", ["node", "zone"],
                "Pages that are kept back from requests that could be served by the zone of this number.")
        ])

    /// What is decided about a line: the index of a field, or one of these.
    private enum Decision {
        static let hidden = -1
        static let protection = -2
    }

    /// How the lines begin that list the pages which each CPU keeps at hand.
    private static let cpuLines: [StaticString] = ["    cpu:", "         ", "  vm stats"]

    private let fields = Metric.fields
    private let file: KernelFile
    private var memory = LineMemory()
    /// The families of `protection`, by the number of the zone.
    private var protection = NamedFamilies()

    init(context: CollectorContext) { file = KernelFile(context.roots.proc("zoneinfo")) }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else { return .noKernelFeature("\(file.path) is not there") }
        var lines = ByteScanner(bytes)
        var number = 0
        var zone: Labels?
        var zones = 0
        while !lines.isAtEnd {
            if lines.rest.hasPrefix("Node ") {
                let line = lines.nextLine() ?? Bytes("")
                zone = Self.labels(of: line, &writer)
                if zone == nil { writer.loseItem("\(file.path): \"\(line.upTo(64).text)\" names no zone") }
                zones += zone == nil ? 0 : 1
                continue
            }
            // Lists of each CPU's pages are most of the file on large hosts.
            if Self.cpuLines.contains(where: lines.rest.hasPrefix) {
                _ = lines.nextLine()
                continue
            }
            let (decision, rest, line) = memory.next(&lines, at: number) ?? decide(aboutNextOf: &lines, number)
            number += 1
            guard decision != Decision.hidden, let zone else { continue }
            let isGood =
                decision == Decision.protection
                ? writeProtection(rest, zone, into: &writer) : write(decision, rest, zone, into: &writer)
            if !isGood { writer.loseItem("\(file.path): \"\(line.upTo(64).text)\" has no number") }
        }
        guard zones > 0 else { throw .malformed(file.path, bytes) }
        return .available
    }

    /// The labels of a line such as `Node 0, zone   Normal`; nil where it is none.
    private static func labels(of line: Bytes, _ writer: inout Writer) -> Labels? {
        var words = ByteScanner(line.from(5))
        guard let node = words.nextField(), node.hasSuffix(","), node.upTo(node.count - 1).unsigned != nil,
            let word = words.nextField(), word == "zone", let name = words.nextField()
        else { return nil }
        return writer.labels {
            $0.add("node", node.upTo(node.count - 1))
            $0.add("zone", name)
        }
    }

    /// Decides about a line that was not at its place before.
    private mutating func decide(
        aboutNextOf lines: inout ByteScanner, _ number: Int
    ) -> (decision: Int, rest: Bytes, line: Bytes) {
        let line = lines.nextLine() ?? Bytes("")
        let blanks = line.leadingBlanks
        var words = ByteScanner(line.from(blanks))
        let name = words.nextField() ?? Bytes("")
        let decision =
            name == "protection:"
            ? Decision.protection : fields.firstIndex { name == $0.name } ?? Decision.hidden
        // With the blank behind it, so that `numa_hit` is not taken for another one's beginning.
        let end = blanks + name.count
        if end < line.count { memory.remember(line.upTo(end + 1), decision, at: number) }
        return (decision, words.rest, line)
    }

    private func write(_ index: Int, _ rest: Bytes, _ zone: Labels, into writer: inout Writer) -> Bool {
        guard let pages = rest.trimmed.signed else { return false }
        writer.write(fields[index], zone, pages)
        return true
    }

    /// Writes `(0, 2039, 31932)`; nothing where one of it is no number.
    private mutating func writeProtection(_ rest: Bytes, _ zone: Labels, into writer: inout Writer) -> Bool {
        let list = rest.trimmed
        guard list.hasPrefix("("), list.hasSuffix(")") else { return false }
        let numbers = list[1, list.count - 1]
        var check = ByteScanner(numbers)
        while let piece = check.nextPiece(separator: 0x2C) {
            if piece.trimmed.signed == nil { return false }
        }
        var pieces = ByteScanner(numbers)
        var index = 0
        while let pages = pieces.nextPiece(separator: 0x2C)?.trimmed.signed {
            protection.write(family(ofZone: index), zone, .signed(pages), into: &writer)
            index += 1
        }
        return true
    }

    private mutating func family(ofZone index: Int) -> Int {
        // Made in their order, so a family's number is its zone's.
        index < protection.count
            ? index
            : protection.number(
                of: .gauge(
                    "node_zoneinfo_protection_\(index)", ["node", "zone"],
                    "Pages that are kept back from requests that zone \(index) could serve."))
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// How the memory of each NUMA node is used.
///
/// Source: meminfo and numastat in /sys/devices/system/node/node*, kernel Documentation/admin-guide/numastat.rst.
struct MeminfoNUMACollector: Collector {
    typealias Metric = NoMetrics

    static let descriptor = CollectorDescriptor(
        name: "meminfo_numa", group: .memory, isDefault: false, help: "How the memory of each NUMA node is used.",
        reads: ["/sys/devices/system/node/node*/meminfo", "/sys/devices/system/node/node*/numastat"],
        openFamilies: [
            .gauge("node_memory_numa_<field>", ["node"], "The field of this name in meminfo, sizes in bytes."),
            .counter("node_memory_numa_<field>_total", ["node"], "The field of this name in numastat."),
        ])

    /// A file of a node and what was decided about its lines.
    private struct Table {
        let file: KernelFile
        var memory = LineMemory()
    }

    private struct Node {
        let number: UInt64
        /// The same number as it is shown.
        let text: String
        var meminfo: Table
        var numastat: Table
    }

    /// What is decided about a line that is none.
    private static let malformed = -1

    private var folder: WatchedDirectory
    private var nodes: [Node] = []
    private var families = NamedFamilies()

    init(context: CollectorContext) { folder = WatchedDirectory(context.roots.sys("devices/system/node")) }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        switch try folder.list(from: &reader) {
        case .missing: nodes = []
        case .changed(let names): nodes = names.compactMap(node).sorted { $0.number < $1.number }
        case .same: break
        }
        if families.isFull { forgetFamilies() }
        for index in nodes.indices {
            let labels = writer.labels("node", nodes[index].text)
            if let bytes = reader.text(of: nodes[index].meminfo.file, or: &writer) {
                readMeminfo(bytes, index, labels, into: &writer)
            }
            if let bytes = reader.text(of: nodes[index].numastat.file, or: &writer) {
                readNumastat(bytes, index, labels, into: &writer)
            }
        }
        return nodes.isEmpty ? .noKernelFeature("\(folder.path)/node0 is not there") : .available
    }

    private func node(_ name: String) -> Node? {
        guard name.hasPrefix("node"), let number = UInt64(name.dropFirst(4)) else { return nil }
        let path = "\(folder.path)/\(name)/"
        return Node(
            number: number, text: "\(number)", meminfo: Table(file: KernelFile(oneRead: path + "meminfo")),
            numastat: Table(file: KernelFile(oneRead: path + "numastat")))
    }

    private mutating func forgetFamilies() {
        families = NamedFamilies()
        for index in nodes.indices {
            nodes[index].meminfo.memory = LineMemory()
            nodes[index].numastat.memory = LineMemory()
        }
    }

    // MARK: Lines

    /// Reads lines such as `Node 0 Active(anon):     691324 kB`.
    private mutating func readMeminfo(_ bytes: Bytes, _ index: Int, _ labels: Labels, into writer: inout Writer) {
        let path = nodes[index].meminfo.file.path
        if bytes.isEmpty { writer.loseItem("\(path) is empty") }
        var lines = ByteScanner(bytes)
        var number = 0
        while !lines.isAtEnd {
            let (family, rest, line) =
                nodes[index].meminfo.memory.next(&lines, at: number)
                ?? decideMeminfo(aboutNextOf: &lines, number, index)
            number += 1
            if family >= 0, let value = Self.size(rest) {
                families.write(family, labels, value, into: &writer)
            } else {
                writer.loseItem("\(path): \"\(line.upTo(64).text)\" has no size")
            }
        }
    }

    /// Reads lines such as `numa_hit 193460335812`.
    private mutating func readNumastat(_ bytes: Bytes, _ index: Int, _ labels: Labels, into writer: inout Writer) {
        let path = nodes[index].numastat.file.path
        if bytes.isEmpty { writer.loseItem("\(path) is empty") }
        var lines = ByteScanner(bytes)
        var number = 0
        while !lines.isAtEnd {
            let (family, rest, line) =
                nodes[index].numastat.memory.next(&lines, at: number)
                ?? decideNumastat(aboutNextOf: &lines, number, index)
            number += 1
            if family >= 0, let pages = rest.trimmed.unsigned {
                families.write(family, labels, .unsigned(pages), into: &writer)
            } else {
                writer.loseItem("\(path): \"\(line.upTo(64).text)\" is no field with a number")
            }
        }
    }

    private mutating func decideMeminfo(
        aboutNextOf lines: inout ByteScanner, _ number: Int, _ index: Int
    ) -> (decision: Int, rest: Bytes, line: Bytes) {
        let line = lines.nextLine() ?? Bytes("")
        var words = ByteScanner(line)
        guard let first = words.nextField(), first == "Node", words.nextUnsigned() == nodes[index].number,
            let key = words.nextField(), let name = Self.name(of: key)
        else { return (Self.malformed, line, line) }
        let family = families.number(
            of: .gauge("node_memory_numa_" + name, ["node"], "The field \(name) of a node's meminfo, sizes in bytes."))
        nodes[index].meminfo.memory.remember(line.upTo(line.count - words.rest.count), family, at: number)
        return (family, words.rest, line)
    }

    private mutating func decideNumastat(
        aboutNextOf lines: inout ByteScanner, _ number: Int, _ index: Int
    ) -> (decision: Int, rest: Bytes, line: Bytes) {
        let line = lines.nextLine() ?? Bytes("")
        var words = ByteScanner(line)
        guard let name = words.nextField(), name.isMetricName else { return (Self.malformed, line, line) }
        let text = name.text
        let family = families.number(
            of: .counter("node_memory_numa_\(text)_total", ["node"], "The field \(text) of a node's numastat."))
        nodes[index].numastat.memory.remember(firstWord: name, of: line, family, at: number)
        return (family, words.rest, line)
    }

    /// `Active_anon` of `Active(anon):`; nil where that is no metric's name.
    private static func name(of key: Bytes) -> String? {
        guard key.hasSuffix(":") else { return nil }
        let word = key.upTo(key.count - 1)
        guard let open = word.firstIndex(of: UInt8(ascii: "(")), word.hasSuffix(")") else {
            return word.isMetricName ? word.text : nil
        }
        let (outer, inner) = (word.upTo(open), word[open + 1, word.count - 1])
        return outer.isMetricName && inner.isMetricName ? outer.text + "_" + inner.text : nil
    }

    /// Bytes of `691324 kB`, or a plain number; nil for anything else.
    private static func size(_ text: Bytes) -> SampleValue? {
        var words = ByteScanner(text)
        guard let number = words.nextUnsigned() else { return nil }
        guard let unit = words.nextField() else { return .unsigned(number) }
        return unit == "kB" && words.nextField() == nil ? KernelUnit.kibibytes.value(number) : nil
    }
}

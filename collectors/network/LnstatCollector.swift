// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Statistics of the network's caches on each CPU.
///
/// Source: the tables in /proc/net/stat, lnstat(8).
struct LnstatCollector: Collector {
    typealias Metric = NoMetrics

    static let descriptor = CollectorDescriptor(
        name: "lnstat", group: .network, isDefault: false, help: "Statistics of the network's caches on each CPU.",
        reads: ["/proc/net/stat/*"],
        openFamilies: [
            .counter("node_lnstat_<column>_total", ["cpu", "subsystem"], "The column of this name in /proc/net/stat.")
        ])

    /// A file, and what is known of its columns.
    private struct Table {
        let subsystem: String
        let file: KernelFile
        /// The line of names that `families` are of.
        var header: [UInt8] = []
        /// The family of each column; empty where a name can be none.
        var families: [Int] = []
    }

    private var folder: WatchedDirectory
    private var tables: [Table] = []
    private var families = NamedFamilies()
    private var row: [UInt64] = []

    init(context: CollectorContext) { folder = WatchedDirectory(context.roots.proc("net/stat")) }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        switch try folder.list(from: &reader) {
        case .missing:
            tables = []
            return .noKernelFeature("\(folder.path) is not there")
        case .changed(let names):
            tables = names.map { Table(subsystem: $0, file: KernelFile("\(folder.path)/\($0)")) }
        case .same: break
        }
        if families.isFull {
            families = NamedFamilies()
            for index in tables.indices { tables[index].header = [] }
        }
        for index in tables.indices {
            do throws(CollectorError) {
                // A module that was unloaded since takes its file along.
                guard let bytes = try reader.readIfPresent(tables[index].file) else { continue }
                read(bytes, index, into: &writer)
            } catch {
                writer.loseItem(error.description)
            }
        }
        return .available
    }

    /// Reads a table: a line of names, then one of hexadecimal numbers for each CPU.
    private mutating func read(_ bytes: Bytes, _ index: Int, into writer: inout Writer) {
        let path = tables[index].file.path
        var lines = ByteScanner(bytes)
        guard let header = lines.nextLine(), learnColumns(header, index) else {
            return writer.loseItem("\(path): \"\(bytes.upTo(64).text)\" does not name the columns")
        }
        var cpu = 0
        while let line = lines.nextLine() {
            defer { cpu += 1 }
            guard readRow(line, columns: tables[index].families.count) else {
                writer.loseItem("\(path): \"\(line.upTo(64).text)\"")
                continue
            }
            let labels = writer.labels {
                $0.add("cpu", cpu)
                $0.add("subsystem", tables[index].subsystem)
            }
            for (family, value) in zip(tables[index].families, row) {
                families.write(family, labels, .unsigned(value), into: &writer)
            }
        }
        // There is a row for each CPU that there may be.
        if cpu == 0 { writer.loseItem("\(path) has no rows below \"\(header.upTo(64).text)\"") }
    }

    /// Finds the families of the columns; false where one has no good name.
    private mutating func learnColumns(_ header: Bytes, _ index: Int) -> Bool {
        if header == tables[index].header, !tables[index].families.isEmpty { return true }
        tables[index].header = header.array
        tables[index].families = []
        var found: [Int] = []
        var words = ByteScanner(header)
        while let word = words.nextField() {
            guard word.isMetricName, word[0].map({ $0 > 0x39 }) == true else { return false }
            found.append(
                families.number(
                    of: .counter(
                        "node_lnstat_\(word.text)_total", ["cpu", "subsystem"],
                        "The column \(word.text) of the tables in /proc/net/stat.")))
        }
        tables[index].families = found
        return !found.isEmpty
    }

    private mutating func readRow(_ line: Bytes, columns: Int) -> Bool {
        row.removeAll(keepingCapacity: true)
        var words = ByteScanner(line)
        while let word = words.nextField() {
            guard row.count < columns, let value = word.hexadecimal else { return false }
            row.append(value)
        }
        return row.count == columns
    }
}

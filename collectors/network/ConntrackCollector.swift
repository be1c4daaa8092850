// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The netfilter connection tracking table.
///
/// Source: /proc/sys/net/netfilter/nf_conntrack_count and _max, kernel
/// Documentation/networking/nf_conntrack-sysctl.rst, and /proc/net/stat/nf_conntrack.
struct ConntrackCollector: Collector {
    enum Metric: Int, FieldKey {
        case entries, limit
        case found, invalid, ignore, insert, insertFailed, drop, earlyDrop, searchRestart

        /// Columns of the statistics by position: their names changed over the years, their places did not.
        var row: FamilyRow {
            switch self {
            case .entries: FamilyRow(.gauge("node_nf_conntrack_entries", [], "Connections tracked now."))
            case .limit:
                FamilyRow(.gauge("node_nf_conntrack_entries_limit", [], "Connections that may be tracked at most."))
            case .found: count(2, "found", "Entries looked up with success.")
            case .invalid: count(4, "invalid", "Packets that could not be tracked.")
            case .ignore: count(5, "ignore", "Packets that belong to an entry already or need none.")
            case .insert: count(8, "insert", "Entries put into the table.")
            case .insertFailed: count(9, "insert_failed", "Entries that could not be put into the table.")
            case .drop: count(10, "drop", "Packets dropped because tracking them failed.")
            case .earlyDrop: count(11, "early_drop", "Entries evicted to make room for new ones.")
            case .searchRestart:
                count(16, "search_restart", "Look-ups that began again because the table was resized.")
            }
        }

        private func count(_ column: Int, _ name: String, _ help: String) -> FamilyRow {
            FamilyRow(column: column, .gauge("node_nf_conntrack_stat_" + name, [], help))
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "conntrack", group: .network, help: "The connection tracking table of netfilter.",
        reads: [
            "/proc/sys/net/netfilter/nf_conntrack_count", "/proc/sys/net/netfilter/nf_conntrack_max",
            "/proc/net/stat/nf_conntrack",
        ])

    /// The columns before `search_restart`, which came with kernel 2.6.35.
    private static let leastColumns = 16

    /// Where the statistics are among the files.
    private static let statistics = 2

    /// Kernels without CONFIG_NF_CONNTRACK_PROCFS do not have the statistics.
    private var files: FileSet
    private let fields = Metric.fields
    private var sums = [UInt64](repeating: 0, count: Metric.fields.count)
    private var row: [UInt64] = []

    init(context: CollectorContext) {
        let roots = context.roots
        files = FileSet(
            [
                KernelFile(oneRead: roots.proc("sys/net/netfilter/nf_conntrack_count")),
                KernelFile(oneRead: roots.proc("sys/net/netfilter/nf_conntrack_max")),
            ], sometimes: [KernelFile(roots.proc("net/stat/nf_conntrack"))])
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        while let (place, bytes) = files.next(from: &reader, or: &writer) {
            let path = files.files[place].path
            if place == Self.statistics {
                sum(bytes, path, into: &writer)
            } else if let number = bytes.trimmed.unsigned {
                writer.write(place == 0 ? Metric.entries : .limit, number)
            } else {
                writer.lose(.malformed(path, bytes))
            }
        }
        if let absence = files.absence {
            return .noKernelFeature("\(absence.path) is not there: nf_conntrack is not loaded")
        }
        return .available
    }

    /// Adds up the lines of all CPUs.
    private mutating func sum(_ table: Bytes, _ path: String, into writer: inout Writer) {
        for index in sums.indices { sums[index] = 0 }
        var lines = ByteScanner(table)
        guard let header = lines.nextLine(), header.hasPrefix("entries ") else {
            writer.lose(.malformed(path, table))
            return
        }
        var isAnyRead = false
        var isAnyLost = false
        while let line = lines.nextLine() {
            guard readRow(line) else {
                isAnyLost = true
                writer.loseItem("\(path): \(line.upTo(64).text)")
                continue
            }
            isAnyRead = true
            for (index, field) in fields.enumerated() where field.column < row.count {
                sums[index] &+= row[field.column]
            }
        }
        // Where no line could be read the sums are unknown, not 0.
        guard isAnyRead else {
            if !isAnyLost { writer.loseItem("\(path) has no line of a CPU") }
            return
        }
        for (field, sum) in zip(fields, sums) { writer.write(field, .none, sum) }
    }

    private mutating func readRow(_ line: Bytes) -> Bool {
        row.removeAll(keepingCapacity: true)
        var fields = ByteScanner(line)
        while row.count <= Self.leastColumns, let field = fields.nextField() {
            guard let value = field.hexadecimal else { return false }
            row.append(value)
        }
        return row.count >= Self.leastColumns
    }
}

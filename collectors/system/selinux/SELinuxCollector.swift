// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The state of SELinux and of its access vector cache.
///
/// Source: /sys/fs/selinux, kernel security/selinux/selinuxfs.c; the configured mode is that of /etc/selinux/config,
/// selinux_config(5).
struct SELinuxCollector: Collector {
    static let descriptor = CollectorDescriptor(
        name: "selinux", group: .system, help: "The state of SELinux and of its access vector cache.",
        reads: ["/sys/fs/selinux", "/proc/self/attr/current", "/etc/selinux/config"])

    private let mode: KernelFile
    private let label: KernelFile
    private let configuration: String
    private let cacheStatistics: KernelFile
    private let hashStatistics: KernelFile
    private let threshold: KernelFile
    private let columns = Metric.fields
    /// The columns in the order of cache_stats, and their sums over all CPUs.
    private var order: [Int] = []
    private var sums: [UInt64] = []

    init(context: CollectorContext) {
        let folder = context.roots.sys("fs/selinux/")
        mode = KernelFile(oneRead: folder + "enforce")
        label = KernelFile(oneRead: context.roots.proc("self/attr/current"))
        configuration = context.roots.host("/etc/selinux/config")
        cacheStatistics = KernelFile(folder + "avc/cache_stats")
        hashStatistics = KernelFile(oneRead: folder + "avc/hash_stats")
        threshold = KernelFile(oneRead: folder + "avc/cache_threshold")
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        let enforce = try reader.readIfPresent(mode)
        guard let enforce, isPolicyLoaded(&reader) else {
            writer.write(.isEnabled, false)
            return .available
        }
        writer.write(.isEnabled, true)
        if let number = enforce.trimmed.signed {
            writer.write(.currentMode, number)
        } else {
            writer.loseItem("\(mode.path): not a number: \"\(enforce.upTo(64).text)\"")
        }
        if let bytes = content(of: configuration, &reader, &writer) { writeConfiguredMode(bytes, into: &writer) }
        if let bytes = reader.text(of: cacheStatistics, or: &writer) { writeSums(of: bytes, into: &writer) }
        if let bytes = reader.text(of: hashStatistics, or: &writer) { writeHash(bytes, into: &writer) }
        if let number = reader.number(of: threshold, or: &writer) { writer.write(.threshold, number) }
        return .available
    }

    /// False while the kernel still waits for its first policy: every process is `kernel` until then.
    private func isPolicyLoaded(_ reader: inout KernelFileReader) -> Bool {
        guard case .value(let text) = reader.attribute(label) else { return true }
        return text != "kernel"
    }

    /// A file of an ordinary file system, which is not kept open.
    private func content(
        of path: String, _ reader: inout KernelFileReader, _ writer: inout Writer
    ) -> Bytes? {
        do throws(CollectorError) {
            return try reader.readIfPresent(path: path)
        } catch {
            writer.loseItem(error.description)
            return nil
        }
    }

    /// Writes the mode of `SELINUX=enforcing`; nothing where no line says it.
    private func writeConfiguredMode(_ bytes: Bytes, into writer: inout Writer) {
        var lines = KeyValueLines(bytes, .equals)
        while let (key, value) = lines.next() {
            guard key.trimmed == "SELINUX" else { continue }
            let word = value.trimmed
            if let mode = word == "enforcing" ? 1 : word == "permissive" ? 0 : word == "disabled" ? -1 : nil {
                writer.write(.configMode, mode)
            } else {
                writer.loseItem("\(configuration): no mode is \"\(word.upTo(64).text)\"")
            }
            return
        }
    }

    // MARK: The access vector cache

    /// Adds up the lines of all CPUs: `lookups hits misses allocations reclaims frees`, then numbers.
    private mutating func writeSums(of bytes: Bytes, into writer: inout Writer) {
        var rows = ColumnLines(withHeader: bytes)
        order.removeAll(keepingCapacity: true)
        var names = rows.header?.fields ?? ByteScanner(bytes)
        while let name = names.nextField() { order.append(columns.firstIndex { name == $0.name } ?? -1) }
        sums = Array(repeating: 0, count: columns.count)
        guard order.contains(where: { $0 >= 0 }) else {
            return writer.loseItem("\(cacheStatistics.path): \"\(bytes.upTo(64).text)\" names no columns")
        }
        var isAny = false
        var isWhole = true
        while let row = rows.next() {
            isAny = true
            if !add(row) {
                writer.loseItem("\(cacheStatistics.path): \"\(row.line.upTo(64).text)\" has no numbers")
                isWhole = false
            }
        }
        // There is a row for each CPU that there may be.
        if !isAny { writer.loseItem("\(cacheStatistics.path) has no rows") }
        // Without one of them the sum is not known: it would seem to fall.
        guard isAny, isWhole else { return }
        for index in order where index >= 0 { writer.write(columns[index], .none, sums[index]) }
    }

    /// Adds a line's numbers; false, and nothing is added, where one of it is none.
    private mutating func add(_ row: ColumnLines.Row) -> Bool {
        var check = row.fields
        for _ in order where check.nextUnsigned() == nil { return false }
        var numbers = row.fields
        for index in order {
            guard let number = numbers.nextUnsigned() else { return false }
            if index >= 0 { sums[index] &+= number }
        }
        return true
    }

    /// Writes `entries: 503`, `buckets used: 283/512`, `longest chain: 7`.
    private func writeHash(_ bytes: Bytes, into writer: inout Writer) {
        if bytes.isEmpty { writer.loseItem("\(hashStatistics.path) is empty") }
        var lines = KeyValueLines(bytes, .colon)
        while let (key, value) = lines.next() {
            let slash = value.firstIndex(of: UInt8(ascii: "/"))
            guard let number = value.upTo(slash ?? value.count).unsigned else {
                writer.loseItem("\(hashStatistics.path): \"\(value.upTo(64).text)\" is no number")
                continue
            }
            if key == "entries" {
                writer.write(.hashEntries, number)
            } else if key == "longest chain" {
                writer.write(.longestChain, number)
            } else if key == "buckets used" {
                writer.write(.hashBucketsUsed, number)
                if let slash, let all = value.from(slash + 1).unsigned { writer.write(.hashBucketsAvailable, all) }
            }
        }
        if lines.malformedCount > 0 { writer.loseItem("\(hashStatistics.path): a line has no colon") }
    }
}

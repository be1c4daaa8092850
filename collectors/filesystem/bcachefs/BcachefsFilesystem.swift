// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// A file system: the folder of its UUID, with a folder of counters and one for each device.
///
/// Some of its files walk over trees on its disks, so that it may hang with them.
struct BcachefsFilesystem: ClassDevice {
    typealias Metric = BcachefsMetric
    typealias Writer = MetricWriter<BcachefsMetric>

    static let className = "bcachefs"
    static let folder = "fs/bcachefs"
    static let noun = "file system"
    static let openFamilies: [MetricFamily] = [
        .counter(
            "node_bcachefs_<counter>_total", ["uuid"], "The counter of this name since the file system was made.")
    ]

    private let uuid: String
    private let cacheSize, compression, errors, writes: KernelFile
    private var directory: WatchedDirectory
    private var devices: [BcachefsDevice] = []
    private var counterDirectory: WatchedDirectory
    private var counters: [(file: KernelFile, family: MetricFamily)] = []

    init?(name: String, folder: String, context: CollectorContext) {
        guard !name.isEmpty else { return nil }
        uuid = name
        cacheSize = KernelFile(oneRead: folder + "/btree_cache_size")
        compression = KernelFile(oneRead: folder + "/compression_stats")
        errors = KernelFile(oneRead: folder + "/errors")
        writes = KernelFile(oneRead: folder + "/btree_write_stats")
        directory = WatchedDirectory(folder)
        counterDirectory = WatchedDirectory(folder + "/counters")
    }

    mutating func read(from reader: inout KernelFileReader, into writer: inout Writer) {
        do throws(CollectorError) {
            switch try directory.list(from: &reader) {
            // Unmounted since the folder above was listed.
            case .missing: return
            case .same: break
            case .changed(let names):
                devices = names.filter { $0.hasPrefix("dev-") }.map {
                    BcachefsDevice(name: String($0.dropFirst(4)), folder: directory.path + "/" + $0)
                }
            }
            try listCounters(from: &reader)
        } catch {
            directory.forget()
            counterDirectory.forget()
            writer.loseItem(error.description)
        }
        let labels = writer.labels("uuid", uuid)
        writer.write(.info, labels, 1)
        if let text = reader.text(of: cacheSize, or: &writer) {
            BcachefsText.write(text, of: cacheSize.path, .btreeCacheSize, labels, into: &writer)
        }
        if let text = reader.text(of: compression, or: &writer) { writeCompression(text, into: &writer) }
        if let text = reader.text(of: errors, or: &writer) { writeErrors(text, into: &writer) }
        if let text = reader.text(of: writes, or: &writer) { writeWrites(text, into: &writer) }
        for (file, family) in counters {
            guard let text = reader.text(of: file, or: &writer) else { continue }
            writeCounter(text, of: file.path, family, labels, into: &writer)
        }
        for device in devices { device.read(from: &reader, uuid: uuid, into: &writer) }
    }

    private mutating func listCounters(from reader: inout KernelFileReader) throws(CollectorError) {
        switch try counterDirectory.list(from: &reader) {
        case .missing: counters = []
        case .same: break
        case .changed(let names):
            counters = names.compactMap { name in
                guard let part = BcachefsText.metricPart(name) else { return nil }
                let file = KernelFile(oneRead: counterDirectory.path + "/" + name)
                let help = "The counter \(name) since the file system was made."
                return (file, .counter("node_bcachefs_\(part)_total", ["uuid"], help))
            }
        }
    }

    /// Rows of an algorithm, what its data takes and what it would take, below a line of names.
    private func writeCompression(_ text: Bytes, into writer: inout Writer) {
        var rows = ColumnLines(withHeader: text)
        var isAny = false
        while let row = rows.next() {
            isAny = true
            var words = row.fields
            guard let algorithm = words.nextField(), let compressed = words.nextField().flatMap(BcachefsText.bytes),
                let uncompressed = words.nextField().flatMap(BcachefsText.bytes)
            else {
                lose(row.line, of: compression, &writer)
                continue
            }
            let labels = labels("algorithm", BcachefsText.withoutColon(algorithm), &writer)
            writer.write(.compressed, labels, compressed)
            writer.write(.uncompressed, labels, uncompressed)
        }
        if !isAny { writer.loseItem("\(compression.path): no rows in \"\(text.upTo(64).text)\"") }
    }

    /// Rows of a kind, how often it came and when it came last.
    private func writeErrors(_ text: Bytes, into writer: inout Writer) {
        var rows = ColumnLines(text)
        while let row = rows.next() {
            var words = row.fields
            guard let kind = words.nextField(), let count = words.nextUnsigned() else {
                lose(row.line, of: errors, &writer)
                continue
            }
            writer.write(.errors, labels("error_type", kind, &writer), count)
        }
    }

    /// Rows of a reason, how often and how much on average, below a line of names.
    private func writeWrites(_ text: Bytes, into writer: inout Writer) {
        var rows = ColumnLines(withHeader: text)
        var isAny = false
        while let row = rows.next() {
            isAny = true
            var words = row.fields
            guard let reason = words.nextField(), let count = words.nextUnsigned(),
                let size = words.nextField().flatMap(BcachefsText.bytes)
            else {
                lose(row.line, of: writes, &writer)
                continue
            }
            let labels = labels("type", BcachefsText.withoutColon(reason), &writer)
            writer.write(.btreeWrites, labels, count)
            writer.write(.btreeWriteSize, labels, size)
        }
        if !isAny { writer.loseItem("\(writes.path): no rows in \"\(text.upTo(64).text)\"") }
    }

    /// `since mount: 12` and `since filesystem creation: 345`.
    private func writeCounter(
        _ text: Bytes, of path: String, _ family: MetricFamily, _ labels: Labels, into writer: inout Writer
    ) {
        var lines = KeyValueLines(text, .colon)
        while let (key, value) = lines.next() {
            guard key == "since filesystem creation" else { continue }
            guard let count = BcachefsText.bytes(value) else { break }
            writer.write(writer.family(family), labels, count)
            return
        }
        writer.loseItem("\(path): no count in \"\(text.upTo(64).text)\"")
    }

    private func labels(_ name: StaticString, _ value: Bytes, _ writer: inout Writer) -> Labels {
        writer.labels {
            $0.add(name, value)
            $0.add("uuid", uuid)
        }
    }

    private func lose(_ line: Bytes, of file: KernelFile, _ writer: inout Writer) {
        writer.loseItem("\(file.path): unexpected line \"\(line.upTo(64).text)\"")
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// A cache set: the folder of its UUID, with links to the devices that are cached and those that they are cached on.
///
/// Some of its files ask for locks that are held during input and output, so that it may hang with its disks.
struct BcacheSet: ClassDevice {
    typealias Metric = BcacheMetric
    private typealias Field = TableField<BcacheMetric>

    /// A device of the set.
    private struct Device {
        let label: StaticString
        let name: String
        let files: [(field: Field, file: KernelFile)]
        /// A file of keys, and which of them are shown; nil where none is read.
        let table: (file: KernelFile, fields: [Field])?
    }

    static let className = "bcache"
    static let folder = "fs/bcache"
    static let noun = "cache set"

    private let uuid: String
    private let fields = BcacheMetric.Fields()
    private let hasPriorities: Bool
    private let files: [(field: Field, file: KernelFile)]
    private var directory: WatchedDirectory
    private var devices: [Device] = []

    init?(name: String, folder: String, context: CollectorContext) {
        // What else lies in the folder are files that are written to.
        guard name.utf8.contains(UInt8(ascii: "-")) else { return nil }
        uuid = name
        hasPriorities = context.options[BcacheCollector.priorityStats]
        files = BcacheSet.files(fields.set, in: folder)
        directory = WatchedDirectory(folder)
    }

    mutating func read(from reader: inout KernelFileReader, into writer: inout MetricWriter<BcacheMetric>) {
        do throws(CollectorError) {
            switch try directory.list(from: &reader) {
            case .missing: devices = []
            case .same: break
            case .changed(let names): devices = names.compactMap(device)
            }
        } catch {
            devices = []
            directory.forget()
            writer.loseItem(error.description)
        }
        BcacheSet.read(files, writer.labels("uuid", uuid), from: &reader, into: &writer)
        for device in devices {
            let labels = writer.labels {
                $0.add(device.label, device.name)
                $0.add("uuid", uuid)
            }
            BcacheSet.read(device.files, labels, from: &reader, into: &writer)
            if let table = device.table, let text = reader.text(of: table.file, or: &writer) {
                BcacheSet.write(text, of: table.file.path, table.fields, labels, into: &writer)
            }
        }
    }

    /// `bdev0`, `cache0`; nil for what is no device.
    private func device(_ name: String) -> Device? {
        let folder = directory.path + "/" + name
        if BcacheSet.isNumbered(name, "bdev") {
            return Device(
                label: "backing_device", name: name, files: BcacheSet.files(fields.backing, in: folder),
                table: (KernelFile(oneRead: folder + "/writeback_rate_debug"), fields.rate))
        }
        guard BcacheSet.isNumbered(name, "cache") else { return nil }
        return Device(
            label: "cache_device", name: name, files: BcacheSet.files(fields.cache, in: folder),
            table: hasPriorities ? (KernelFile(oneRead: folder + "/priority_stats"), fields.priorities) : nil)
    }

    private static func isNumbered(_ name: String, _ prefix: String) -> Bool {
        name.hasPrefix(prefix) && name.utf8.dropFirst(prefix.utf8.count).first.map { $0 >= 0x30 && $0 <= 0x39 } ?? false
    }

    private static func files(_ fields: [Field], in folder: String) -> [(field: Field, file: KernelFile)] {
        fields.map { ($0, KernelFile(oneRead: "\(folder)/\($0.name)")) }
    }

    private static func read(
        _ files: [(field: Field, file: KernelFile)], _ labels: Labels, from reader: inout KernelFileReader,
        into writer: inout MetricWriter<BcacheMetric>
    ) {
        for (field, file) in files {
            guard let text = reader.text(of: file, or: &writer) else { continue }
            write(text, of: file.path, field, labels, into: &writer)
        }
    }

    private static func write(
        _ text: Bytes, of path: String, _ fields: [Field], _ labels: Labels,
        into writer: inout MetricWriter<BcacheMetric>
    ) {
        var lines = KeyValueLines(text, .colon)
        var isAny = false
        while let (key, value) = lines.next() {
            guard let field = fields.first(where: { key == $0.name }) else { continue }
            isAny = true
            write(value, of: path, field, labels, into: &writer)
        }
        if let line = lines.lastMalformed {
            writer.loseItem("\(path): unexpected line \"\(line.upTo(64).text)\"")
        } else if !isAny {
            writer.loseItem("\(path): nothing known in \"\(text.upTo(64).text)\"")
        }
    }

    private static func write(
        _ text: Bytes, of path: String, _ field: Field, _ labels: Labels,
        into writer: inout MetricWriter<BcacheMetric>
    ) {
        if let number = BcacheNumber.value(text) {
            writer.write(field, labels, number)
        } else {
            writer.loseItem("\(path): not a number: \"\(text.upTo(64).text)\"")
        }
    }
}

/// Numbers as bcache writes them for people: `1.1M/sec`, `-42.3k`, `99%`.
///
/// Source: kernel drivers/md/bcache/util.c, bch_hprint.
enum BcacheNumber {
    private static let units: StaticString = "kMGTPE"

    /// The whole number that was meant, as near as its digits tell; nil where it is none.
    static func value(_ text: Bytes) -> Int64? {
        var digits = text
        if digits.hasSuffix("/sec") { digits = digits.upTo(digits.count &- 4) }
        if digits.hasSuffix("%") { digits = digits.upTo(digits.count &- 1) }
        let isNegative = digits[0] == UInt8(ascii: "-")
        if isNegative { digits = digits.from(1) }
        var factor = 1.0
        if let last = digits[digits.count &- 1], let power = Bytes(units).firstIndex(of: last) {
            digits = digits.upTo(digits.count &- 1)
            for _ in 0...power { factor *= 1_024 }
        }
        guard let magnitude = magnitude(digits, isScaled: factor > 1).map({ $0 * factor }), magnitude < 9e18 else {
            return nil
        }
        return isNegative ? -Int64(magnitude) : Int64(magnitude)
    }

    /// The digits behind the point of a scaled number are no decimal fraction: the kernel writes the rest of the
    /// division by 1,024 divided by 100 there, so that `1.10` is more than `1.9`.
    private static func magnitude(_ digits: Bytes, isScaled: Bool) -> Double? {
        guard isScaled, let point = digits.firstIndex(of: UInt8(ascii: ".")) else {
            return digits[0].map { $0 >= 0x30 && $0 <= 0x39 } ?? false ? digits.real : nil
        }
        guard let whole = digits.upTo(point).unsigned, let rest = digits.from(point &+ 1).unsigned else { return nil }
        return Double(whole) + Double(rest) / 10.24
    }
}

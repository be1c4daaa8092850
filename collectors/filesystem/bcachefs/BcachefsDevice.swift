// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// A device of a bcachefs file system: the files of its folder.
struct BcachefsDevice {
    private let name: String
    private let label, state, done, errors: KernelFile
    private let numbers: [(file: KernelFile, metric: BcachefsMetric)]

    init(name: String, folder: String) {
        self.name = name
        label = KernelFile(oneRead: folder + "/label")
        state = KernelFile(oneRead: folder + "/state")
        numbers = [
            (KernelFile(oneRead: folder + "/bucket_size"), .bucketSize),
            (KernelFile(oneRead: folder + "/nbuckets"), .buckets),
            (KernelFile(oneRead: folder + "/durability"), .durability),
        ]
        done = KernelFile(oneRead: folder + "/io_done")
        errors = KernelFile(oneRead: folder + "/io_errors")
    }

    /// Reads the files and writes what they say.
    func read(from reader: inout KernelFileReader, uuid: String, into writer: inout BcachefsFilesystem.Writer) {
        let labels = writer.labels {
            $0.add("device", name)
            $0.add("uuid", uuid)
        }
        let label = reader.text(of: label, or: &writer) ?? Bytes("")
        let state = reader.text(of: state, or: &writer) ?? Bytes("")
        let info = writer.labels {
            $0.add("device", name)
            $0.add("label", label)
            $0.add("state", state)
            $0.add("uuid", uuid)
        }
        writer.write(.deviceInfo, info, 1)
        for (file, metric) in numbers {
            guard let text = reader.text(of: file, or: &writer) else { continue }
            BcachefsText.write(text, of: file.path, metric, labels, into: &writer)
        }
        if let text = reader.text(of: done, or: &writer) { writeDone(text, uuid, into: &writer) }
        if let text = reader.text(of: errors, or: &writer) { writeErrors(text, uuid, into: &writer) }
    }

    /// The lines `read:` and `write:`, and below each `user : 1024` for each kind of data.
    private func writeDone(_ text: Bytes, _ uuid: String, into writer: inout BcachefsFilesystem.Writer) {
        var operation: Bytes?
        var lines = KeyValueLines(text, .colon)
        while let (key, value) = lines.next() {
            if value.isEmpty {
                operation = key
                continue
            }
            guard let operation, let bytes = value.unsigned else {
                writer.loseItem("\(done.path): unexpected \"\(key.upTo(64).text)\"")
                continue
            }
            let labels = writer.labels {
                $0.add("data_type", key)
                $0.add("device", name)
                $0.add("operation", operation)
                $0.add("uuid", uuid)
            }
            writer.write(.ioDone, labels, bytes)
        }
        if let line = lines.lastMalformed {
            writer.loseItem("\(done.path): unexpected line \"\(line.upTo(64).text)\"")
        } else if text.isEmpty {
            writer.loseItem("\(done.path) is empty")
        }
    }

    /// The counts since the file system was made, which those since a reset follow under a line of their own.
    private func writeErrors(_ text: Bytes, _ uuid: String, into writer: inout BcachefsFilesystem.Writer) {
        var isOfCreation = false
        var rows = ColumnLines(text)
        while let row = rows.next() {
            if row.line.hasPrefix("IO errors since ") {
                if isOfCreation { return }
                isOfCreation = row.line.hasPrefix("IO errors since filesystem creation")
                continue
            }
            guard isOfCreation else { continue }
            guard let colon = row.line.firstIndex(of: UInt8(ascii: ":")),
                let count = row.line.from(colon &+ 1).trimmed.unsigned
            else {
                writer.loseItem("\(errors.path): unexpected line \"\(row.line.upTo(64).text)\"")
                continue
            }
            let kind = row.line.upTo(colon).trimmed
            let labels = writer.labels {
                $0.add("device", name)
                $0.add("type", kind)
                $0.add("uuid", uuid)
            }
            writer.write(.ioErrors, labels, count)
        }
        if !isOfCreation { writer.loseItem("\(errors.path): no counts in \"\(text.upTo(64).text)\"") }
    }
}

/// Words and numbers as bcachefs writes them.
enum BcachefsText {
    private static let units: StaticString = "kMGTPE"

    /// Writes a number; one that is none is a lost item.
    static func write(
        _ text: Bytes, of path: String, _ metric: BcachefsMetric, _ labels: Labels,
        into writer: inout BcachefsFilesystem.Writer
    ) {
        if let number = bytes(text) {
            writer.write(metric, labels, number)
        } else {
            writer.loseItem("\(path): not a number: \"\(text.upTo(64).text)\"")
        }
    }

    /// `2.05G`, `697`: the whole number, as near as its digits tell; nil where it is none.
    ///
    /// Source: bcachefs fs/bcachefs/util.c, prt_human_readable_u64.
    static func bytes(_ text: Bytes) -> UInt64? {
        var digits = text
        var factor = 1.0
        if let last = digits[digits.count &- 1], let power = Bytes(units).firstIndex(of: last) {
            digits = digits.upTo(digits.count &- 1)
            for _ in 0...power { factor *= 1_024 }
        } else if let whole = digits.unsigned {
            return whole
        }
        guard digits.decimal != nil, let value = digits.real, value * factor < 1.8e19 else { return nil }
        return UInt64(value * factor)
    }

    /// The name in front of a colon.
    static func withoutColon(_ word: Bytes) -> Bytes {
        word.hasSuffix(":") ? word.upTo(word.count &- 1) : word
    }

    /// A name of the kernel's as part of the name of a metric; nil where none can have it.
    static func metricPart(_ name: String) -> String? {
        var text = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_": text.unicodeScalars.append(scalar)
            default: text.append("_")
            }
        }
        return text.isEmpty ? nil : text
    }
}

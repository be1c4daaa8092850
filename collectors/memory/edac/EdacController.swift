// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// A memory controller with its rows of chips, each found anew when the controller's folder changes.
struct EdacController {
    private typealias Metric = EdacCollector.Metric

    private let number: String
    private var directory: WatchedDirectory
    private let corrected, uncorrected, correctedSomewhere, uncorrectedSomewhere: KernelFile
    private var rows: [EdacRow] = []

    init(_ number: String, folder: String) {
        self.number = number
        directory = WatchedDirectory(folder)
        corrected = KernelFile(oneRead: folder + "/ce_count")
        uncorrected = KernelFile(oneRead: folder + "/ue_count")
        correctedSomewhere = KernelFile(oneRead: folder + "/ce_noinfo_count")
        uncorrectedSomewhere = KernelFile(oneRead: folder + "/ue_noinfo_count")
    }

    /// Reads its counters and those of its rows.
    mutating func read(from reader: inout KernelFileReader, into writer: inout EdacCollector.Writer) {
        let controller = writer.labels("controller", number)
        let unknown = writer.labels(controller) { $0.add("csrow", Bytes("unknown")) }
        let counters: [(KernelFile, Metric, Labels)] = [
            (corrected, .corrected, controller), (uncorrected, .uncorrected, controller),
            (correctedSomewhere, .rowCorrected, unknown), (uncorrectedSomewhere, .rowUncorrected, unknown),
        ]
        for (file, metric, labels) in counters {
            if let count = reader.edacCount(file, or: &writer) { writer.write(metric, labels, count) }
        }
        findRows(from: &reader, into: &writer)
        for index in rows.indices { rows[index].read(from: &reader, into: &writer) }
    }

    private mutating func findRows(from reader: inout KernelFileReader, into writer: inout EdacCollector.Writer) {
        do throws(CollectorError) {
            guard case .changed(let names) = try directory.list(from: &reader) else { return }
            rows = EdacController.numbered("csrow", among: names).compactMap { row in
                let folder = "\(directory.path)/csrow\(row)"
                guard let names = reader.names(in: folder, or: &writer) else {
                    // It is looked for again in the next scrape.
                    directory.forget()
                    return nil
                }
                return EdacRow(controller: number, row: row, folder: folder, names: names)
            }
        } catch {
            rows = []
            directory.forget()
            writer.lose(error)
        }
    }

    /// The numbers of the names that begin with a word, in their order.
    static func numbered(_ word: String, among names: [String]) -> [String] {
        names.compactMap { (name: String) -> UInt32? in
            guard name.hasPrefix(word) else { return nil }
            return UInt32(name.dropFirst(word.count))
        }.sorted().map { String($0) }
    }
}

/// A row of chips (csrow) with its channels.
struct EdacRow {
    /// A channel: the memory module that it has in this row.
    private struct Channel {
        let number: String
        let corrected, uncorrected: KernelFile?
        let label: KernelFile
        /// The label of the last read, and what became of it.
        var known = (text: "", label: EdacRow.unlabelled)
    }

    private static let unlabelled = "unknown"

    private let controller, number: String
    private let corrected, uncorrected: KernelFile
    private var channels: [Channel]

    init(controller: String, row: String, folder: String, names: [String]) {
        self.controller = controller
        number = row
        corrected = KernelFile(oneRead: folder + "/ce_count")
        uncorrected = KernelFile(oneRead: folder + "/ue_count")
        let files = Set(names)
        let found = files.filter { $0.hasSuffix("_ce_count") }.map { String($0.dropLast("_ce_count".count)) }
        channels = EdacController.numbered("ch", among: found).map { channel in
            // Not every driver counts both.
            func file(_ name: String) -> KernelFile? {
                files.contains("ch\(channel)_\(name)") ? KernelFile(oneRead: "\(folder)/ch\(channel)_\(name)") : nil
            }
            return Channel(
                number: channel, corrected: file("ce_count"), uncorrected: file("ue_count"),
                label: KernelFile(oneRead: "\(folder)/ch\(channel)_dimm_label"))
        }
    }

    /// Reads its counters and those of its channels.
    mutating func read(from reader: inout KernelFileReader, into writer: inout EdacCollector.Writer) {
        let row = writer.labels {
            $0.add("controller", controller)
            $0.add("csrow", number)
        }
        if let count = reader.edacCount(corrected, or: &writer) { writer.write(.rowCorrected, row, count) }
        if let count = reader.edacCount(uncorrected, or: &writer) { writer.write(.rowUncorrected, row, count) }
        for index in channels.indices { read(&channels[index], from: &reader, into: &writer) }
    }

    private func read(
        _ channel: inout Channel, from reader: inout KernelFileReader, into writer: inout EdacCollector.Writer
    ) {
        let text = reader.text(of: channel.label, or: &writer) ?? Bytes("")
        if !(text == channel.known.text) { channel.known = (text.text, EdacRow.label(text.text)) }
        let labels = writer.labels {
            $0.add("channel", channel.number)
            $0.add("controller", controller)
            $0.add("csrow", number)
            $0.add("dimm_label", channel.known.label)
        }
        if let file = channel.corrected, let count = reader.edacCount(file, or: &writer) {
            writer.write(.channelCorrected, labels, count)
        }
        if let file = channel.uncorrected, let count = reader.edacCount(file, or: &writer) {
            writer.write(.channelUncorrected, labels, count)
        }
    }

    /// A module's label as node_exporter writes it: `mc#0csrow#1channel#0` becomes `mc0_csrow1_channel0`.
    static func label(_ text: String) -> String {
        if text.isEmpty { return unlabelled }
        var out = ""
        var rest = text[...]
        while let first = rest.first {
            for word in ["csrow", "channel"] where rest.hasPrefix(word) { out += "_" }
            if first != "#" { out.append(first) }
            rest.removeFirst()
        }
        return out
    }
}

extension KernelFileReader {
    /// A counter of EDAC's; one that is not there is lost, because a controller has all of them.
    fileprivate mutating func edacCount(_ file: KernelFile, or writer: inout EdacCollector.Writer) -> UInt64? {
        switch attribute(file) {
        case .value(let text):
            if let count = text.unsigned { return count }
            writer.lose(.malformed(file.path, text))
        case .none: writer.loseItem("\(file.path) has no value")
        case .lost(let error): writer.lose(error)
        }
        return nil
    }

    /// The names in a folder; nil where it cannot be listed, which is a lost item.
    fileprivate mutating func names(in folder: String, or writer: inout EdacCollector.Writer) -> [String]? {
        guard var listing = list(KernelDirectory(folder), or: &writer) else { return nil }
        var names: [String] = []
        while let name = listing.next() { names.append(name.text) }
        return names
    }
}

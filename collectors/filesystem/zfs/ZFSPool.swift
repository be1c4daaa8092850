// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// A pool: its folder with a file of its requests, one of its state and one for each dataset.
struct ZFSPool {
    /// The states by the kernel's words and as labels.
    private static let states: [(word: StaticString, label: StaticString)] = [
        ("ONLINE", "online"), ("DEGRADED", "degraded"), ("FAULTED", "faulted"), ("OFFLINE", "offline"),
        ("REMOVED", "removed"), ("UNAVAIL", "unavail"), ("SUSPENDED", "suspended"),
    ]

    private let name: String
    private var directory: WatchedDirectory
    private let io, state: KernelFile
    private var hasIO = false
    private var hasState = false
    private var datasets: [KernelFile] = []

    init(name: String, folder: String) {
        self.name = name
        directory = WatchedDirectory(folder)
        io = KernelFile(folder + "/io")
        state = KernelFile(folder + "/state")
    }

    /// Reads the files and writes what they say; nothing where this is no folder.
    mutating func read(
        from reader: inout KernelFileReader, _ columns: inout PoolColumns, _ table: inout KstatTable,
        into writer: inout ZFSCollector.Writer
    ) {
        do throws(CollectorError) {
            switch try directory.list(from: &reader) {
            case .missing: learn([])
            case .same: break
            case .changed(let names): learn(names)
            }
        } catch {
            learn([])
            directory.forget()
            writer.loseItem(error.description)
        }
        if hasIO, let text = reader.text(of: io, or: &writer) {
            columns.write(text, of: io.path, writer.labels("zpool", name), into: &writer)
        }
        if hasState, let text = reader.text(of: state, or: &writer) { writeState(text, into: &writer) }
        for file in datasets {
            if let text = reader.text(of: file, or: &writer) { write(text, of: file.path, &table, into: &writer) }
        }
    }

    private mutating func learn(_ names: [String]) {
        hasIO = names.contains("io")
        hasState = names.contains("state")
        datasets = names.filter { $0.hasPrefix("objset-") }.map { KernelFile(directory.path + "/" + $0) }
    }

    private func writeState(_ text: Bytes, into writer: inout ZFSCollector.Writer) {
        guard ZFSPool.states.contains(where: { text == $0.word }) else {
            writer.loseItem("\(state.path): no state is \"\(text.upTo(64).text)\"")
            return
        }
        for state in ZFSPool.states {
            let labels = writer.labels {
                $0.add("state", state.label)
                $0.add("zpool", name)
            }
            writer.write(.poolState, labels, text == state.word)
        }
    }

    private func write(
        _ text: Bytes, of path: String, _ table: inout KstatTable, into writer: inout ZFSCollector.Writer
    ) {
        guard let dataset = ZFSPool.dataset(in: text) else {
            writer.loseItem("\(path) does not say which dataset it is of")
            return
        }
        let labels = writer.labels {
            $0.add("dataset", dataset)
            $0.add("zpool", name)
        }
        table.write(text, of: path, labels, into: &writer)
    }

    /// `dataset_name 7 tank/home of all`: the name may hold blanks.
    private static func dataset(in text: Bytes) -> Bytes? {
        var lines = KeyValueLines(text, .blanks)
        while let (key, value) = lines.next() {
            guard key == "dataset_name" else { continue }
            var words = ByteScanner(value)
            guard words.nextField() != nil else { return nil }
            let name = words.rest.trimmed
            return name.isEmpty ? nil : name
        }
        return nil
    }
}

/// The columns of the pools' files `io`, which are named in a line above the numbers.
///
///     12 3 0x00 1 80 79205351707403 395818011156865
///     nread    nwritten reads    writes   wtime    wlentime wupdate  rtime    rlentime rupdate  wcnt     rcnt
///     1884160  3206144  22       132      7155162  104112268 ...
struct PoolColumns {
    private var header: [UInt8] = []
    /// The family of each column.
    private var numbers: [Int] = []
    private var families = NamedFamilies()

    /// Begins anew where there are too many names.
    mutating func forgetIfFull() {
        if families.isFull { self = PoolColumns() }
    }

    /// Writes the numbers of a pool's file.
    mutating func write(
        _ text: Bytes, of path: String, _ labels: Labels, into writer: inout ZFSCollector.Writer
    ) {
        var lines = ByteScanner(text)
        while let line = lines.nextLine() {
            guard line.hasPrefix("nread") else { continue }
            if line != header, !learn(line) { break }
            var words = ByteScanner(lines.nextLine() ?? Bytes(""))
            for number in numbers {
                guard let value = words.nextUnsigned() else {
                    writer.loseItem("\(path) has fewer numbers than names, or others than numbers")
                    return
                }
                families.write(number, labels, .unsigned(value), into: &writer)
            }
            return
        }
        writer.loseItem("\(path): no columns in \"\(text.upTo(64).text)\"")
    }

    /// False where no metric can have the name of a column.
    private mutating func learn(_ line: Bytes) -> Bool {
        var words = ByteScanner(line)
        var found: [Int] = []
        while let word = words.nextField() {
            guard let name = KstatName.metricPart(word) else { return false }
            found.append(
                families.number(
                    of: .untyped(
                        "node_zfs_zpool_" + name, ["zpool"], "The column \(name) of /proc/spl/kstat/zfs/<pool>/io.")))
        }
        header = line.array
        numbers = found
        return true
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Work of mounted XFS file systems.
///
/// Source: /sys/fs/xfs/*/stats/stats, kernel fs/xfs/xfs_stats.c.
struct XFSCollector: Collector {
    typealias Metric = XFSMetric

    static let descriptor = CollectorDescriptor(
        name: "xfs", group: .filesystem, help: "Counts of what XFS file systems have done.",
        reads: ["/sys/fs/xfs/*/stats/stats"], absentIsSuccess: true)

    /// A mounted file system.
    private struct Filesystem {
        /// The name of the block device.
        let device: String
        let statistics: KernelFile
    }

    /// What lies beside the file systems: the sums over all of them, and switches.
    private static let others: Set<String> = ["stats", "debug"]

    private let lines = XFSMetric.lines
    private var directory: WatchedDirectory
    private var filesystems: [Filesystem] = []

    init(context: CollectorContext) {
        directory = WatchedDirectory(context.roots.sys("fs/xfs"))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        switch try directory.list(from: &reader) {
        case .missing:
            filesystems = []
            return .noKernelFeature("\(directory.path) is not there: xfs is not loaded")
        case .same: break
        case .changed(let names):
            filesystems = names.filter { !Self.others.contains($0) }.map { name in
                Filesystem(device: name, statistics: KernelFile(oneRead: "\(directory.path)/\(name)/stats/stats"))
            }
        }
        for filesystem in filesystems {
            if let text = reader.text(of: filesystem.statistics, or: &writer) { write(text, filesystem, into: &writer) }
        }
        return filesystems.isEmpty ? .noDevice("no file system in \(directory.path)") : .available
    }

    /// Each line is a name and numbers; those of other names are of no family.
    private func write(_ text: Bytes, _ filesystem: Filesystem, into writer: inout Writer) {
        let labels = writer.labels("device", filesystem.device)
        var rows = ColumnLines(text)
        var isAnyKnown = false
        while let row = rows.next() {
            var words = row.fields
            guard let name = words.nextField() else { continue }
            guard let line = lines.first(where: { name == $0.name }) else {
                if words.nextUnsigned() == nil {
                    writer.loseItem("\(filesystem.statistics.path): unexpected line \"\(row.line.upTo(64).text)\"")
                }
                continue
            }
            isAnyKnown = true
            var numbers = InlineArray<8, UInt64>(repeating: 0)
            var count = 0
            while count < line.fields.count, let number = words.nextUnsigned() {
                numbers[count] = number
                count += 1
            }
            guard count == line.fields.count else {
                writer.loseItem("\(filesystem.statistics.path): unexpected line \"\(row.line.upTo(64).text)\"")
                continue
            }
            for field in line.fields { writer.write(field, labels, numbers[field.column]) }
        }
        if !isAnyKnown { writer.loseItem("\(filesystem.statistics.path) has no line that is known") }
    }
}

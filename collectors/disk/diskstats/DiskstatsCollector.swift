// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Block devices.
///
/// Source: /proc/diskstats, kernel Documentation/admin-guide/iostats.rst; udev's database;
/// /sys/block/*/queue.
struct DiskstatsCollector: Collector {
    typealias Metric = DiskstatsMetric

    static let deviceExclude = Flag.pattern(
        "collector.diskstats.device-exclude", default: #"^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$"#,
        help: "Devices that are not shown.", aliases: ["collector.diskstats.ignored-devices"])
    static let deviceInclude = Flag.pattern(
        "collector.diskstats.device-include", help: "The only devices that are shown; not together with device-exclude."
    )

    static let descriptor = CollectorDescriptor(
        name: "diskstats", group: .disk, help: "Requests, bytes and times of block devices, and what they are.",
        reads: [
            "/proc/diskstats", "/sys/block/*/queue/rotational",
            "/run/udev/data/b* (when the list of devices or udev's database changes)",
        ],
        flags: [
            deviceExclude,
            deviceInclude,
        ])

    /// What is known of a line of the file.
    private struct Entry {
        /// Length of all up to the device's name, and with it.
        let identityCount: Int
        let state: State

        enum State {
            case shown(Disk), ignored, malformed
        }

        /// True where something of what is known of the device could not be read.
        var isLossy: Bool {
            if case .shown(let disk) = state { return disk.loss != nil }
            return false
        }
    }

    /// Columns of the shortest line that has counters: partitions had only 4 until Linux 2.6.25, which node_exporter
    /// does not show.
    private static let leastColumns = 11
    private static let oldPartitionColumns = 4

    private let fields = Metric.fields
    private let roots: Roots
    private let file: KernelFile
    private let filter: DeviceFilter
    private let udevData: RawPath
    private var entries: [Entry] = []
    /// The lines' beginnings up to the columns, by which they are known again.
    private var memory = LineMemory()
    /// udev renames each new record into its folder, which changes the folder's stamp.
    private var udevStamp: FileStamp?
    /// True where the folder may have changed after it was read without another stamp, and where a record of it could not
    /// be read.
    private var isUdevOpen = false

    init(context: CollectorContext) throws(ConfigurationError) {
        roots = context.roots
        // A host without a disk has an empty one.
        file = KernelFile(roots.proc("diskstats"), mayBeEmpty: true)
        filter = try DeviceFilter(
            context.options, include: Self.deviceInclude,
            exclude: Self.deviceExclude)
        udevData = RawPath(roots.udevData)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else {
            return .noKernelFeature("\(file.path) is not there")
        }
        let stamp = FileStamp(at: udevData)
        if stamp != udevStamp || isUdevOpen || !isKnown(bytes) {
            readDevices(bytes, &reader)
            udevStamp = stamp
            isUdevOpen = stamp?.isFresh ?? false || entries.contains(where: \.isLossy)
        }

        var lines = ByteScanner(bytes)
        var index = 0
        while let line = lines.nextLine() {
            guard index < entries.count, !line.trimmed.isEmpty else { continue }
            defer { index += 1 }
            switch entries[index].state {
            case .ignored: continue
            case .shown(let disk):
                let columns = ByteScanner(line.from(entries[index].identityCount))
                if write(disk, columns, from: &reader, into: &writer) { continue }
            case .malformed: break
            }
            writer.loseItem("\(file.path): unexpected line \"\(line.upTo(64).text)\"")
        }
        return .available
    }

    /// The bytes of a line up to the device's name and with it; nil for a blank line.
    private static func identity(of line: Bytes) -> Bytes? {
        var fields = ByteScanner(line)
        guard fields.skipFields(1) else { return nil }
        fields.skipFields(2)
        return line.upTo(line.count &- fields.rest.count)
    }

    /// True where the file lists the same devices as in the last scrape.
    private func isKnown(_ bytes: Bytes) -> Bool {
        var lines = ByteScanner(bytes)
        return memory.skip(&lines, from: 0, decided: 0) == entries.count && lines.isAtEnd
    }

    private mutating func readDevices(_ bytes: Bytes, _ reader: inout KernelFileReader) {
        entries.removeAll(keepingCapacity: true)
        memory = LineMemory()
        var lines = ByteScanner(bytes)
        while let line = lines.nextLine() {
            guard let identity = Self.identity(of: line) else { continue }
            var fields = ByteScanner(identity)
            var state = Entry.State.malformed
            if let major = fields.nextUnsigned(), let minor = fields.nextUnsigned(), let name = fields.nextField() {
                state =
                    filter.ignores(name)
                    ? .ignored
                    : .shown(Disk(name: name, major: major, minor: minor, roots: roots, reader: &reader))
            }
            // With the blank behind the name, so that it is not the beginning of a longer one.
            if identity.count < line.count { memory.remember(line.upTo(identity.count &+ 1), 0, at: entries.count) }
            entries.append(Entry(identityCount: identity.count, state: state))
        }
    }

    /// Writes a device; false where its line is malformed, of which nothing is shown.
    private func write(
        _ disk: Disk, _ columns: ByteScanner, from reader: inout KernelFileReader, into writer: inout Writer
    ) -> Bool {
        var words = columns
        var numbers = InlineArray<17, UInt64>(repeating: 0)
        var count = 0
        while count < numbers.count, let word = words.nextField() {
            guard let number = word.unsigned else { return false }
            numbers[count] = number
            count += 1
        }
        guard count >= Self.leastColumns else { return count == Self.oldPartitionColumns }

        let device = writer.labels("device", disk.name)
        for field in fields where field.column < count { writer.write(field, device, numbers[field.column]) }
        disk.write(device: device, from: &reader, into: &writer)
        return true
    }
}

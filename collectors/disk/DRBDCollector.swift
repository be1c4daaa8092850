// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Block devices that are mirrored over the network.
///
/// Source: /proc/drbd, kernel drivers/block/drbd/drbd_proc.c. DRBD 9 writes its version alone there.
struct DRBDCollector: Collector {
    struct Metric: FamilyTable {
        let rawValue: Int

        static let rows = [
            counter("ns", .kibibytes, "network_sent_bytes_total", "Data sent to the other node."),
            // In units of 1,024 bytes too, which node_exporter overlooks.
            counter(
                "nr", .one, "network_received_bytes_total",
                "Data received from the other node, in units of 1,024 bytes as node_exporter has it."),
            counter("dw", .kibibytes, "disk_written_bytes_total", "Data written to the local disk."),
            counter("dr", .kibibytes, "disk_read_bytes_total", "Data read from the local disk."),
            counter("al", .one, "activitylog_writes_total", "Updates of the activity log."),
            counter("bm", .one, "bitmap_writes_total", "Updates of the bitmap."),
            gauge("lo", .one, "local_pending", "Requests that the local disk has not answered."),
            gauge("pe", .one, "remote_pending", "Requests that the other node has not answered."),
            gauge("ua", .one, "remote_unacknowledged", "Requests of the other node that are not answered."),
            gauge("ap", .one, "application_pending", "Requests of this host that are not answered."),
            gauge("ep", .one, "epochs", "Epochs on the way."),
            gauge("oos", .kibibytes, "out_of_sync_bytes", "Data that is not in sync."),
            FamilyRow(
                .gauge(
                    "node_drbd_node_role_is_primary", ["device", "node"], "1 for a node that may write to the device.")),
            FamilyRow(
                .gauge(
                    "node_drbd_disk_state_is_up_to_date", ["device", "node"], "1 for a node whose disk is up to date.")),
            FamilyRow(.gauge("node_drbd_connected", ["device"], "1 where the other node is connected.")),
        ]
        static let role = named("node_drbd_node_role_is_primary")
        static let diskState = named("node_drbd_disk_state_is_up_to_date")
        static let connected = named("node_drbd_connected")

        private static func counter(_ key: StaticString, _ unit: KernelUnit, _ name: String, _ help: String)
            -> FamilyRow
        {
            FamilyRow(key, unit, .counter("node_drbd_" + name, ["device"], help))
        }

        private static func gauge(_ key: StaticString, _ unit: KernelUnit, _ name: String, _ help: String) -> FamilyRow
        {
            FamilyRow(key, unit, .gauge("node_drbd_" + name, ["device"], help))
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "drbd", group: .disk, isDefault: false,
        help: "Block devices that are mirrored over the network (DRBD 8).",
        reads: ["/proc/drbd"])

    private let fields = Metric.fields
    private let file: KernelFile

    init(context: CollectorContext) {
        file = KernelFile(context.roots.proc("drbd"))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else {
            return .noKernelFeature("\(file.path) is not there: drbd is not loaded")
        }
        var device: Labels?
        var lines = ColumnLines(bytes)
        while let row = lines.next() {
            // Each line has a pair of key and value, those about the version and about a resynchronisation too.
            if !read(row.fields, of: &device, into: &writer) {
                writer.loseItem("\(file.path): unexpected line \"\(row.line.upTo(64).text)\"")
                // It may have been the line that names the next one.
                device = nil
            }
        }
        return .available
    }

    /// Reads a line, which may name the device that it and those below are of; false for one without any pair.
    private func read(_ words: ByteScanner, of device: inout Labels?, into writer: inout Writer) -> Bool {
        var words = words
        var isAny = false
        while let word = words.nextField() {
            guard let colon = word.firstIndex(of: UInt8(ascii: ":")) else { continue }
            isAny = true
            let (key, value) = (word.upTo(colon), word.from(colon &+ 1))
            if value.isEmpty, let number = key.unsigned, let number = Int(exactly: number) {
                device = writer.labels { $0.add("device", "drbd\(number)") }
            } else if let device, !write(key, value, device, into: &writer) {
                writer.loseItem("\(file.path): unexpected \"\(word.upTo(64).text)\"")
            }
        }
        return isAny
    }

    /// False for a value that makes no sense; keys that are not known are of no family.
    private func write(_ key: Bytes, _ value: Bytes, _ device: Labels, into writer: inout Writer) -> Bool {
        if key == "cs" {
            guard !value.isEmpty else { return false }
            writer.write(.connected, device, value == "Connected")
            return true
        }
        if key == "ro" || key == "ds" {
            guard let slash = value.firstIndex(of: UInt8(ascii: "/")) else { return false }
            let good: StaticString = key == "ro" ? "Primary" : "UpToDate"
            let metric = key == "ro" ? Metric.role : Metric.diskState
            writer.write(metric, device, extra: ("node", "local"), value.upTo(slash) == good)
            writer.write(metric, device, extra: ("node", "remote"), value.from(slash &+ 1) == good)
            return true
        }
        guard let field = fields.first(where: { key == $0.name }) else { return true }
        guard let number = value.unsigned else { return false }
        writer.write(field, device, number)
        return true
    }
}

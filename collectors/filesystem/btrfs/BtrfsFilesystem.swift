// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// A file system as sysfs shows it: the folder of its UUID.
struct BtrfsFilesystem {
    /// The UUID's hexadecimal digits.
    let id: String

    private let name: [UInt8]
    private let label, metadataUUID, reserve, commits: KernelFile
    private var groups: [BtrfsBlockGroups]
    private var deviceDirectory: WatchedDirectory
    private var devices: [(name: String, size: KernelFile)] = []

    init(name: String, folder: String) {
        self.name = Array(name.utf8)
        id = name
        label = KernelFile(oneRead: folder + "/label")
        metadataUUID = KernelFile(oneRead: folder + "/metadata_uuid")
        reserve = KernelFile(oneRead: folder + "/allocation/global_rsv_size")
        commits = KernelFile(oneRead: folder + "/commit_stats")
        groups = ["data", "metadata", "system"].map { BtrfsBlockGroups($0, folder: "\(folder)/allocation/\($0)") }
        deviceDirectory = WatchedDirectory(folder + "/devices")
    }

    /// Reads the files and writes what they say, and what the file system itself says of its devices.
    mutating func read(
        from reader: inout KernelFileReader, _ commitFields: [TableField<BtrfsMetric>], _ volume: BtrfsVolume?,
        into writer: inout BtrfsCollector.Writer
    ) {
        let label = reader.text(of: label, or: &writer) ?? Bytes("")
        let changed = reader.text(of: metadataUUID, or: &writer) ?? Bytes("")
        let uuid = changed.isEmpty ? Bytes.withView(of: name) { reader.copy($0) } : changed
        let labels = writer.labels("uuid", uuid)
        let info = writer.labels {
            $0.add("label", label)
            $0.add("uuid", uuid)
        }
        writer.write(.info, info, 1)
        if let bytes = reader.number(of: reserve, or: &writer) { writer.write(.globalReserveSize, labels, bytes) }
        readCommits(from: &reader, commitFields, labels, into: &writer)
        do throws(CollectorError) {
            switch try deviceDirectory.list(from: &reader) {
            case .missing: devices = []
            case .same: break
            case .changed(let names):
                devices = names.map { ($0, KernelFile(oneRead: "\(deviceDirectory.path)/\($0)/size")) }
            }
        } catch {
            devices = []
            deviceDirectory.forget()
            writer.loseItem(error.description)
        }
        for index in groups.indices {
            groups[index].read(from: &reader, deviceCount: devices.count, uuid, into: &writer)
        }
        if let volume {
            for device in volume.devices { BtrfsFilesystem.write(device, uuid, into: &writer) }
        } else {
            readSizes(from: &reader, uuid, into: &writer)
        }
    }

    private func readCommits(
        from reader: inout KernelFileReader, _ fields: [TableField<BtrfsMetric>], _ labels: Labels,
        into writer: inout BtrfsCollector.Writer
    ) {
        switch reader.attribute(commits) {
        case .value(let text):
            for field in fields {
                var lines = KeyValueLines(text, .blanks)
                var number: UInt64?
                while let (key, value) = lines.next() {
                    if key == field.name { number = value.unsigned }
                }
                if let number {
                    writer.write(field, labels, number)
                } else {
                    writer.loseItem("\(commits.path): no number \(field.name)")
                }
            }
        // Kernels before 6.0 do not count commits, for which node_exporter gives 0.
        case .none: for field in fields { writer.write(field, labels, UInt64(0)) }
        case .lost(let error): writer.loseItem(error.description)
        }
    }

    /// Sizes in sectors of 512 bytes, which is all that sysfs says of the devices.
    private func readSizes(
        from reader: inout KernelFileReader, _ uuid: Bytes, into writer: inout BtrfsCollector.Writer
    ) {
        for device in devices {
            guard let sectors = reader.number(of: device.size, or: &writer) else { continue }
            let labels = writer.labels {
                $0.add("device", device.name)
                $0.add("uuid", uuid)
            }
            writer.write(.deviceSize, labels, Double(sectors) * 512)
        }
    }

    private static func write(
        _ device: BtrfsVolume.Device, _ uuid: Bytes, into writer: inout BtrfsCollector.Writer
    ) {
        let labels = writer.labels {
            $0.add("btrfs_dev_uuid", device.uuid)
            $0.add("device", device.name)
            $0.add("uuid", uuid)
        }
        writer.write(.deviceSize, labels, device.totalBytes)
        // Both are read one after the other: space that was given up between is not below 0.
        writer.write(.deviceUnused, labels, device.totalBytes - min(device.totalBytes, device.usedBytes))
        writeErrors("write", device.writeErrors, device, uuid, into: &writer)
        writeErrors("read", device.readErrors, device, uuid, into: &writer)
        writeErrors("flush", device.flushErrors, device, uuid, into: &writer)
        writeErrors("corruption", device.corruptionErrors, device, uuid, into: &writer)
        writeErrors("generation", device.generationErrors, device, uuid, into: &writer)
    }

    private static func writeErrors(
        _ type: StaticString, _ count: UInt64, _ device: BtrfsVolume.Device, _ uuid: Bytes,
        into writer: inout BtrfsCollector.Writer
    ) {
        let labels = writer.labels {
            $0.add("btrfs_dev_uuid", device.uuid)
            $0.add("device", device.name)
            $0.add("type", type)
            $0.add("uuid", uuid)
        }
        writer.write(.deviceErrors, labels, count)
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Software RAID arrays.
///
/// Source: /proc/mdstat and /sys/block/md*/md, kernel Documentation/admin-guide/md.rst.
struct MdadmCollector: Collector {
    enum Metric: Int, FamilyKey {
        case state, disks, disksRequired, blocks, blocksSynced, raidDisks, degraded

        var family: MetricFamily {
            switch self {
            case .state:
                .gauge("node_md_state", ["device", "state"], "1 for the state that the array is in, 0 for the others.")
            case .disks:
                .gauge("node_md_disks", ["device", "state"], "Disks of the array that are active, failed or spare.")
            case .disksRequired:
                .gauge("node_md_disks_required", ["device"], "Disks that the array has when it is whole.")
            case .blocks: .gauge("node_md_blocks", ["device"], "Size of the array in blocks of 1,024 bytes.")
            case .blocksSynced:
                .gauge(
                    "node_md_blocks_synced", ["device"],
                    "Blocks of 1,024 bytes that are in sync; the array's size where nothing is being synced.")
            case .raidDisks:
                .gauge("node_md_raid_disks", ["device"], "Disks of the whole array, as sysfs has it.")
            case .degraded: .gauge("node_md_degraded", ["device"], "Disks that the array lacks, as sysfs has it.")
            }
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "mdadm", group: .disk, help: "Software RAID arrays: their state, disks and progress of syncing.",
        reads: ["/proc/mdstat", "/sys/block/md*/md/raid_disks", "/sys/block/md*/md/degraded"])

    private let file: KernelFile
    private var attributes: MdadmAttributes

    init(context: CollectorContext) {
        file = KernelFile(context.roots.proc("mdstat"), comesWithModule: true)
        attributes = MdadmAttributes(context.roots)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else {
            return .noKernelFeature("\(file.path) is not there: md is not loaded")
        }
        var arrays = MdstatArrays(bytes)
        while let array = arrays.next() { write(array, into: &writer) }
        attributes.read(from: &reader, into: &writer)
        return .available
    }

    private func write(_ array: MdstatArray, into writer: inout Writer) {
        guard let name = array.name, let state = array.state else {
            writer.loseItem("\(file.path): \"\(array.line.upTo(64).text)\" is no array")
            return
        }
        let labels = writer.labels("device", name)
        writer.write(.state, labels, extra: ("state", "active"), state == .active)
        writer.write(.state, labels, extra: ("state", "inactive"), state == .inactive)
        writer.write(.state, labels, extra: ("state", "recovering"), state == .recovering)
        writer.write(.state, labels, extra: ("state", "resync"), state == .resyncing)
        writer.write(.state, labels, extra: ("state", "check"), state == .checking)
        writer.write(.disks, labels, extra: ("state", "failed"), array.failedDisks)
        writer.write(.disks, labels, extra: ("state", "spare"), array.spareDisks)
        if let disks = array.disks {
            writer.write(.disks, labels, extra: ("state", "active"), disks.active)
            writer.write(.disksRequired, labels, disks.required)
        } else {
            writer.loseItem("\(file.path): how many disks \(name.text) has is not known")
        }
        if let blocks = array.blocks {
            writer.write(.blocks, labels, blocks)
        } else {
            writer.loseItem("\(file.path): the size of \(name.text) is not known")
        }
        switch array.progress {
        case .whole: if let blocks = array.blocks { writer.write(.blocksSynced, labels, blocks) }
        case .blocks(let synced): writer.write(.blocksSynced, labels, synced)
        case .elsewhere: break
        case .malformed(let line): writer.loseItem("\(file.path): unexpected line \"\(line.upTo(64).text)\"")
        }
    }
}

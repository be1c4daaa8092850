// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// What sysfs says of the arrays, those included that have no disk yet and are not in /proc/mdstat.
struct MdadmAttributes {
    private struct Array {
        let name: String
        let raidDisks, degraded, level: KernelFile
    }

    private let folder: String
    private var directory: VirtualBlockDevices
    private var arrays: [Array] = []

    /// The arrays among the block devices below `--path.sysfs`.
    init(_ roots: Roots) {
        folder = roots.sys("block")
        directory = VirtualBlockDevices(roots)
    }

    /// Reads the attributes and writes them.
    mutating func read(from reader: inout KernelFileReader, into writer: inout MdadmCollector.Writer) {
        do throws(CollectorError) {
            switch try directory.list(from: &reader) {
            case .missing: arrays = []
            case .same: break
            case .changed(let names): arrays = names.filter { $0.hasPrefix("md") }.map(array)
            }
        } catch {
            arrays = []
            directory.forget()
            writer.loseItem(error.description)
        }
        for array in arrays { read(array, from: &reader, into: &writer) }
    }

    private func array(_ name: String) -> Array {
        let folder = "\(folder)/\(name)/md/"
        return Array(
            name: name, raidDisks: KernelFile(oneRead: folder + "raid_disks"),
            degraded: KernelFile(oneRead: folder + "degraded"), level: KernelFile(oneRead: folder + "level"))
    }

    private func read(
        _ array: Array, from reader: inout KernelFileReader, into writer: inout MdadmCollector.Writer
    ) {
        // A device of a similar name that is no array does not have it.
        guard let text = reader.text(of: array.raidDisks, or: &writer) else { return }
        let labels = writer.labels("device", array.name)
        // While the array is reshaped, the number before stands behind it: `4 (3)`.
        var words = ByteScanner(text)
        if let disks = words.nextUnsigned() {
            writer.write(.raidDisks, labels, disks)
        } else {
            writer.loseItem("\(array.raidDisks.path): not a number: \"\(text.upTo(64).text)\"")
        }
        switch reader.attribute(array.degraded) {
        case .value(let bytes):
            if let lacking = bytes.unsigned {
                writer.write(.degraded, labels, lacking)
            } else {
                writer.loseItem("\(array.degraded.path): not a number: \"\(bytes.upTo(64).text)\"")
            }
        case .none:
            // A level without redundancy has no such file, as it lacks no disk or does not run; of the others it is
            // unknown as long as they do not run.
            guard let level = reader.text(of: array.level, or: &writer) else { break }
            if !MdadmAttributes.isRedundant(level) { writer.write(.degraded, labels, 0) }
        case .lost(let error): writer.loseItem(error.description)
        }
    }

    private static func isRedundant(_ level: Bytes) -> Bool {
        level == "raid1" || level == "raid4" || level == "raid5" || level == "raid6" || level == "raid10"
    }
}

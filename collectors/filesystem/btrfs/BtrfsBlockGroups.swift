// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The block groups of one type (data, metadata, system), with a folder for each profile that they have.
struct BtrfsBlockGroups {
    /// How many bytes on devices one byte of data takes: copies, or the devices of a stripe that hold parity.
    private enum Cost {
        case copies(Double)
        case parity(Int)

        /// nil where there are fewer devices than the profile needs.
        func ratio(deviceCount: Int) -> Double? {
            switch self {
            case .copies(let number): number
            case .parity(let number):
                deviceCount > number ? Double(deviceCount) / Double(deviceCount - number) : nil
            }
        }
    }

    private struct Profile {
        let name: String
        let cost: Cost
        let total, used: KernelFile
    }

    /// The profiles; what else lies in the folder are files.
    private static let costs: [String: Cost] = [
        "single": .copies(1), "raid0": .copies(1), "dup": .copies(2), "raid1": .copies(2), "raid10": .copies(2),
        "raid1c3": .copies(3), "raid1c4": .copies(4), "raid5": .parity(1), "raid6": .parity(2),
    ]

    private let type: String
    private let reserved: KernelFile
    private var directory: WatchedDirectory
    private var profiles: [Profile] = []

    init(_ type: String, folder: String) {
        self.type = type
        reserved = KernelFile(oneRead: folder + "/bytes_reserved")
        directory = WatchedDirectory(folder)
    }

    /// Reads the files and writes what they say.
    mutating func read(
        from reader: inout KernelFileReader, deviceCount: Int, _ uuid: Bytes, into writer: inout BtrfsCollector.Writer
    ) {
        do throws(CollectorError) {
            switch try directory.list(from: &reader) {
            case .missing: profiles = []
            case .same: break
            case .changed(let names): profiles = names.compactMap(profile)
            }
        } catch {
            profiles = []
            directory.forget()
            writer.loseItem(error.description)
        }
        if let bytes = reader.number(of: reserved, or: &writer) {
            let labels = writer.labels {
                $0.add("block_group_type", type)
                $0.add("uuid", uuid)
            }
            writer.write(.reserved, labels, bytes)
        }
        for profile in profiles {
            let labels = writer.labels {
                $0.add("block_group_type", type)
                $0.add("mode", profile.name)
                $0.add("uuid", uuid)
            }
            if let bytes = reader.number(of: profile.used, or: &writer) { writer.write(.used, labels, bytes) }
            if let bytes = reader.number(of: profile.total, or: &writer) { writer.write(.size, labels, bytes) }
            if let ratio = profile.cost.ratio(deviceCount: deviceCount) {
                writer.write(.allocationRatio, labels, ratio)
            }
        }
    }

    private func profile(_ name: String) -> Profile? {
        guard let cost = BtrfsBlockGroups.costs[name] else { return nil }
        let folder = directory.path + "/" + name
        return Profile(
            name: name, cost: cost, total: KernelFile(oneRead: folder + "/total_bytes"),
            used: KernelFile(oneRead: folder + "/used_bytes"))
    }
}

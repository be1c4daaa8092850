// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Disks that are reached over several paths.
///
/// Source: /sys/block/dm-*, kernel Documentation/ABI/testing/sysfs-block-dm, and /sys/block/*/device/state of the paths.
struct DmmultipathCollector: Collector {
    enum Metric: Int, FamilyKey {
        case info, active, size, paths, pathsActive, pathsFailed, pathState

        var family: MetricFamily {
            switch self {
            case .info: gauge("device_info", "1 for each multipath device.", ["device", "sysfs_name", "uuid"])
            case .active: gauge("device_active", "1 where the device takes requests, 0 where it is suspended.")
            case .size: gauge("device_size_bytes", "Size of the device.")
            case .paths: gauge("device_paths", "Paths to the device.")
            case .pathsActive: gauge("device_paths_active", "Paths whose disk is running (SCSI) or live (NVMe).")
            case .pathsFailed: gauge("device_paths_failed", "Paths whose disk is in any other state.")
            case .pathState:
                gauge("path_state", "1 for each path, with the state of its disk.", ["device", "path", "state"])
            }
        }

        private func gauge(
            _ name: String, _ help: String, _ labels: [String] = ["device", "sysfs_name"]
        ) -> MetricFamily {
            .gauge("node_dmmultipath_" + name, labels, help)
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "dmmultipath", group: .disk, help: "Disks that are reached over several paths, and the paths' states.",
        reads: ["/sys/block/dm-*/dm/*", "/sys/block/dm-*/slaves", "/sys/block/*/device/state"], absentIsSuccess: true)

    /// A map of the device mapper, whatever it is of.
    private struct Map {
        let sysfsName: String
        let uuid, name, suspended, size: KernelFile
        var slaves: WatchedDirectory
        var paths: [(name: String, state: KernelFile)] = []
    }

    private let folder: String
    private var directory: VirtualBlockDevices
    private var maps: [Map] = []

    init(context: CollectorContext) {
        folder = context.roots.sys("block")
        directory = VirtualBlockDevices(context.roots)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        switch try directory.list(from: &reader) {
        case .missing: maps = []
        case .same: break
        case .changed(let names): maps = names.filter { $0.hasPrefix("dm-") }.map(map)
        }
        var isAny = false
        for index in maps.indices {
            // What the map is of may change at any time, and so may the device behind its number.
            guard let uuid = reader.text(of: maps[index].uuid, or: &writer), uuid.hasPrefix("mpath-") else { continue }
            isAny = true
            read(&maps[index], uuid, from: &reader, into: &writer)
        }
        return isAny || writer.itemsLost > 0 ? .available : .noDevice("no multipath device in \(folder)")
    }

    private func map(_ name: String) -> Map {
        let path = "\(folder)/\(name)"
        return Map(
            sysfsName: name, uuid: KernelFile(oneRead: path + "/dm/uuid"), name: KernelFile(oneRead: path + "/dm/name"),
            suspended: KernelFile(oneRead: path + "/dm/suspended"), size: KernelFile(oneRead: path + "/size"),
            slaves: WatchedDirectory(path + "/slaves"))
    }

    private func read(
        _ map: inout Map, _ uuid: Bytes, from reader: inout KernelFileReader, into writer: inout Writer
    ) {
        guard let name = reader.text(of: map.name, or: &writer) else { return }
        let labels = writer.labels {
            $0.add("device", name)
            $0.add("sysfs_name", map.sysfsName)
        }
        writer.write(.info, writer.labels(labels) { $0.add("uuid", uuid) }, 1)
        if let isSuspended = reader.number(of: map.suspended, or: &writer) {
            writer.write(.active, labels, isSuspended != 1)
        }
        if let sectors = reader.number(of: map.size, or: &writer) {
            writer.write(.size, labels, Double(sectors) * 512)
        }
        do throws(CollectorError) {
            switch try map.slaves.list(from: &reader) {
            case .missing: map.paths = []
            case .same: break
            case .changed(let names):
                map.paths = names.map { ($0, KernelFile(oneRead: "\(folder)/\($0)/device/state")) }
            }
        } catch {
            map.slaves.forget()
            writer.loseItem(error.description)
            return
        }
        readPaths(map, name, labels, from: &reader, into: &writer)
    }

    private func readPaths(
        _ map: Map, _ name: Bytes, _ labels: Labels, from reader: inout KernelFileReader, into writer: inout Writer
    ) {
        var active = 0
        var known = 0
        for path in map.paths {
            guard let state = reader.text(of: path.state, or: &writer) else {
                // Where it could not be read, that is said already.
                if !reader.exists(path.state.path) { writer.loseItem("\(path.state.path) is not there") }
                continue
            }
            guard !state.isEmpty else {
                writer.loseItem("\(path.state.path) is empty")
                continue
            }
            known += 1
            if state == "running" || state == "live" { active += 1 }
            let labels = writer.labels {
                $0.add("device", name)
                $0.add("path", path.name)
                $0.add("state", state)
            }
            writer.write(.pathState, labels, 1)
        }
        writer.write(.paths, labels, map.paths.count)
        // How many work is unknown as long as it is of one of them.
        guard known == map.paths.count else { return }
        writer.write(.pathsActive, labels, active)
        writer.write(.pathsFailed, labels, known - active)
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Statistics of ZFS, its pools and their datasets.
///
/// Source: /proc/spl/kstat/zfs, OpenZFS module/os/linux/spl/spl-kstat.c.
struct ZFSCollector: Collector {
    enum Metric: Int, FamilyKey {
        case poolState

        var family: MetricFamily {
            .gauge(
                "node_zfs_zpool_state", ["state", "zpool"], "1 for the state that the pool is in, 0 for the others.")
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "zfs", group: .filesystem, help: "Statistics of ZFS: its caches, its pools and their datasets.",
        reads: [
            "/proc/spl/kstat/zfs/*stats, dmu_tx, fm, zil", "/proc/spl/kstat/zfs/<pool>/io, state and objset-*",
        ],
        openFamilies: [
            .untyped("node_zfs_<part>_<field>", [], "The field of this name in the statistics of a part of ZFS."),
            .untyped("node_zfs_zpool_<field>", ["zpool"], "The column of this name in the pool's file io."),
            .untyped(
                "node_zfs_zpool_dataset_<field>", ["dataset", "zpool"],
                "The field of this name in the dataset's statistics."),
        ])

    /// The files, which come and go with the version of ZFS, and what node_exporter calls them.
    private static let parts = [
        "abdstats": "abd", "arcstats": "arc", "dbufstats": "dbuf", "dmu_tx": "dmu_tx", "dnodestats": "dnode",
        "fm": "fm", "vdev_cache_stats": "vdev_cache", "vdev_mirror_stats": "vdev_mirror", "xuio_stats": "xuio",
        "zfetchstats": "zfetch", "zil": "zil",
    ]

    private var directory: WatchedDirectory
    private var tables: [(file: KernelFile, table: KstatTable)] = []
    private var pools: [ZFSPool] = []
    private var columns = PoolColumns()
    private var datasets = KstatTable("node_zfs_zpool_dataset_", of: "objset-*", labels: ["dataset", "zpool"])

    init(context: CollectorContext) {
        directory = WatchedDirectory(context.roots.proc("spl/kstat/zfs"), comesWithModule: true)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        switch try directory.list(from: &reader) {
        case .missing:
            tables = []
            pools = []
            return .noKernelFeature("\(directory.path) is not there: zfs is not loaded")
        case .same: break
        case .changed(let names): learn(names)
        }
        for index in tables.indices {
            let file = tables[index].file
            guard let text = reader.text(of: file, or: &writer) else { continue }
            tables[index].table.write(text, of: file.path, .none, into: &writer)
        }
        columns.forgetIfFull()
        for index in pools.indices { pools[index].read(from: &reader, &columns, &datasets, into: &writer) }
        return .available
    }

    private mutating func learn(_ names: [String]) {
        tables = []
        pools = []
        for name in names {
            let path = directory.path + "/" + name
            if let part = Self.parts[name] {
                tables.append((KernelFile(path), KstatTable("node_zfs_\(part)_", of: name, labels: [])))
            } else {
                // A pool has a folder; everything else is a file, which turns out when it is listed.
                pools.append(ZFSPool(name: name, folder: path))
            }
        }
    }
}

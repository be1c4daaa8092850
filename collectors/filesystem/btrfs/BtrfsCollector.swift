// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Mounted btrfs file systems.
///
/// Source: /sys/fs/btrfs, kernel Documentation/filesystems/btrfs.rst, and btrfs' ioctls.
struct BtrfsCollector: Collector {
    typealias Metric = BtrfsMetric

    static let descriptor = CollectorDescriptor(
        name: "btrfs", group: .filesystem, help: "btrfs file systems: space, commits, devices and their errors.",
        reads: [
            "/sys/fs/btrfs/*", "/proc/1/mountinfo, else /proc/self/mountinfo",
            "ioctl(2) on one mount point of each, below --path.rootfs",
        ], sources: [BtrfsSource.self], absentIsSuccess: true)

    private let source: BtrfsSource
    private let commitFields = BtrfsMetric.commitFields
    private var directory: WatchedDirectory
    private var filesystems: [BtrfsFilesystem] = []

    init(context: CollectorContext) throws(ConfigurationError) {
        source = try context.source(BtrfsSource.self)
        directory = WatchedDirectory(source.path)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        switch try directory.list(from: &reader) {
        case .missing:
            filesystems = []
            return .noKernelFeature("\(directory.path) is not there: btrfs is not loaded")
        case .same: break
        case .changed(let names):
            filesystems = names.filter { $0.utf8.contains(UInt8(ascii: "-")) }.map {
                BtrfsFilesystem(name: $0, folder: directory.path + "/" + $0)
            }
        }
        guard !filesystems.isEmpty else { return .noDevice("no file system in \(directory.path)") }
        source.writeLosses(in: reader.scrape, into: &writer)
        for index in filesystems.indices {
            let volume = source.volume(of: filesystems[index].id, in: reader.scrape)
            filesystems[index].read(from: &reader, commitFields, volume, into: &writer)
        }
        return .available
    }
}

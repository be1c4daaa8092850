// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Mounted file systems.
///
/// Source: the mounts and what statfs(2) says of them.
struct FilesystemCollector: Collector {
    enum Metric: Int, FamilyKey {
        case size, free, available, files, freeFiles, purgeable, readOnly, deviceError, mountInfo

        var family: MetricFamily {
            switch self {
            case .size: gauge("size_bytes", "Size of the file system, as df has it: blocks times f_frsize.")
            case .free: gauge("free_bytes", "Free space, that which is kept for root included.")
            case .available: gauge("avail_bytes", "Free space for users without privileges.")
            case .files: gauge("files", "File nodes that the file system can hold; 0 where it does not count them.")
            case .freeFiles: gauge("files_free", "File nodes that are free.")
            case .purgeable: gauge("purgeable_bytes", "Known on macOS alone, 0 on Linux.")
            case .readOnly: gauge("readonly", "1 where the mount or the file system is read-only.")
            case .deviceError: gauge("device_error", "1 where the file system could not be asked; the label says why.")
            case .mountInfo:
                .gauge(
                    "node_filesystem_mount_info", ["device", "major", "minor", "mountpoint"],
                    "The device number of a mount; always 1.")
            }
        }

        private func gauge(_ name: String, _ help: String) -> MetricFamily {
            .gauge("node_filesystem_" + name, ["device", "device_error", "fstype", "mountpoint"], help)
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "filesystem", group: .filesystem, help: "Space and file nodes of mounted file systems.",
        reads: [
            "/proc/1/mountinfo, else /proc/self/mountinfo", "statfs(2) on each mount point below --path.rootfs",
            "/proc/self/mountinfo for what is seen there",
        ],
        sources: [MountSource.self], flags: MountSource.flags)

    private let source: MountSource

    init(context: CollectorContext) throws(ConfigurationError) {
        source = try context.source(MountSource.self)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        let scrape = reader.scrape
        let answer = try source.withResult(of: scrape) { (listing) throws(CollectorError) in
            try Self.write(listing, in: scrape, into: &writer)
        }
        guard let answer else { throw .busy("the list of mounts") }
        return answer
    }

    private static func write(
        _ listing: MountSource.Listing, in scrape: UInt64, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        if let failure = listing.failure { throw failure }
        guard !listing.isAbsent else { return .noKernelFeature("there is no mountinfo") }
        if let line = listing.malformedLines.first, !listing.hasGoodLines {
            throw .malformed(path: "mountinfo", what: line)
        }
        for line in listing.malformedLines { writer.loseItem("mountinfo: unexpected line \"\(line)\"") }
        for mount in listing.mounts {
            guard let item = mount.item else {
                writeError(MountError.foreign, mount, isReadOnly: mount.isReadOnly, into: &writer)
                continue
            }
            let isRead: Void? = item.withResult(of: scrape) { write($0, of: mount, into: &writer) }
            // As in node_exporter, a mount that hangs has no sample of being read-only.
            if isRead == nil { writeError(MountError.stuck, mount, isReadOnly: false, into: &writer) }
        }
        return .available
    }

    private static func write(_ point: MountPoint, of mount: Mount, into writer: inout Writer) {
        guard case .space(let space) = point.answer else {
            writeError(point.errorText, mount, isReadOnly: mount.isReadOnly, into: &writer)
            return
        }
        let labels = labels(mount, error: "", &writer)
        let blockSize = Double(space.blockSizeBytes)
        writer.write(Metric.deviceError, labels, 0)
        writer.write(Metric.readOnly, labels, mount.isReadOnly)
        writer.write(Metric.size, labels, Double(space.blocks) * blockSize)
        writer.write(Metric.free, labels, Double(space.freeBlocks) * blockSize)
        writer.write(Metric.available, labels, Double(space.availableBlocks) * blockSize)
        writer.write(Metric.files, labels, space.files)
        writer.write(Metric.freeFiles, labels, space.freeFiles)
        writer.write(Metric.purgeable, labels, 0)
        let info = writer.labels {
            $0.add("device", mount.device)
            $0.add("major", mount.major)
            $0.add("minor", mount.minor)
            $0.add("mountpoint", mount.mountPoint)
        }
        writer.write(Metric.mountInfo, info, 1)
    }

    private static func writeError(
        _ text: String, _ mount: Mount, isReadOnly: Bool, into writer: inout Writer
    ) {
        let labels = labels(mount, error: text, &writer)
        writer.write(Metric.deviceError, labels, 1)
        writer.write(Metric.readOnly, labels, isReadOnly)
        writer.loseItem("\(mount.mountPoint): \(text)")
    }

    private static func labels(_ mount: Mount, error: String, _ writer: inout Writer) -> Labels {
        writer.labels {
            $0.add("device", mount.device)
            $0.add("device_error", error)
            $0.add("fstype", mount.fsType)
            $0.add("mountpoint", mount.mountPoint)
        }
    }
}

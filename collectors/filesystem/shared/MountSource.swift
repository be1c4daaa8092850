// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles

/// The mounts that the filesystem collector's filters leave, each with what statfs says of it.
///
/// The list is that of process 1, so that a container with the host's /proc sees the host's mounts; it is taken apart
/// again only when its text changes. Who may not read it gets the list of its own process.
///
/// Only what a path leads to is shown of what is mounted at it. A path is asked in this process's own namespace, where
/// something else may lie there (a container, a service with its own /home): that is found out by its own list, by the
/// numbers of the devices, which are those of the file systems and the same in all namespaces.
final class MountSource: LaneSource {
    /// Asks for a file system's numbers: statfs(2), but in tests.
    typealias Statfs = @Sendable (RawPath) -> FilesystemSpace.Answer

    /// What the list of mounts says.
    struct Listing {
        /// The mounts in the list's order.
        var mounts: [Mount] = []
        /// The root file system's numbers, whatever the filters are; nil where the list does not have it.
        var root: Item<MountPoint>?
        /// Lines of the list that could not be understood.
        var malformedLines: [String] = []
        /// True where at least one line was understood, filtered ones included.
        var hasGoodLines = false
        /// Why there is no list; nil where there is one or no such file.
        var failure: CollectorError?
        /// True where there is no such file.
        var isAbsent = false

        fileprivate let listOfInit, listOfSelf: KernelFile
        /// What this process sees, which is not below `--path.procfs` in a container.
        fileprivate let ownList: KernelFile
        fileprivate var text: [UInt8] = []
        /// When `text` was taken apart, in changes of this process's mounts.
        fileprivate var mountChanges: UInt64 = 0
        fileprivate var points = ItemSet<MountPoint.Identity, MountPoint.Identity, MountPoint>()

        fileprivate init(_ roots: Roots) {
            listOfInit = KernelFile(roots.proc("1/mountinfo"))
            listOfSelf = KernelFile(roots.proc("self/mountinfo"))
            ownList = KernelFile(roots.ownProcfs + "/self/mountinfo", mayBeEmpty: true)
        }
    }

    let lane = "mounts"
    let isNeeded = true

    private let roots: Roots
    private let statfs: Statfs
    private let mountPoints, fsTypes: DeviceFilter
    private let listing: Guarded<Listing>

    convenience init(context: CollectorContext) throws(ConfigurationError) {
        try self.init(context, statfs: FilesystemSpace.at)
    }

    init(_ context: CollectorContext, statfs: @escaping Statfs) throws(ConfigurationError) {
        roots = context.roots
        self.statfs = statfs
        mountPoints = try DeviceFilter(
            context.options, include: Self.mountPointsInclude, exclude: Self.mountPointsExclude)
        fsTypes = try DeviceFilter(context.options, include: Self.fsTypesInclude, exclude: Self.fsTypesExclude)
        listing = Guarded(Listing(context.roots))
    }

    /// Uses the list of this scrape; nil where a thread hangs in it.
    func withResult<Result>(
        of scrape: UInt64, _ body: (Listing) throws(CollectorError) -> Result
    ) throws(CollectorError) -> Result? {
        try listing.withResult(of: scrape) { (listing) throws(CollectorError) in try body(listing) }
    }

    /// Calls `body` for each mount that answered in this scrape; those that hang or failed are left out.
    ///
    /// A mount point may come twice where file systems are mounted over each other.
    func forEachAnswer(in scrape: UInt64, _ body: (Mount, FilesystemSpace) -> Void) {
        listing.withResult(of: scrape) { listing in
            for mount in listing.mounts {
                mount.item?.withResult(of: scrape) { point in
                    if case .space(let space) = point.answer { body(mount, space) }
                }
            }
        }
    }

    /// What the root file system answered in this scrape; nil where it did not.
    func rootSpace(in scrape: UInt64) -> FilesystemSpace? {
        let answer =
            listing.withResult(of: scrape) { listing in listing.root?.withResult(of: scrape) { $0.answer } ?? nil }
            ?? nil
        guard case .space(let space) = answer else { return nil }
        return space
    }

    func list(from reader: inout KernelFileReader) -> [any LaneItem] {
        let scrape = reader.scrape
        return listing.update(in: scrape) { listing in
            update(&listing, from: &reader)
            return listing.points.laneItems
        } ?? []
    }

    private func update(_ listing: inout Listing, from reader: inout KernelFileReader) {
        do throws(CollectorError) {
            listing.failure = nil
            guard let list = try readList(listing, &reader) else {
                listing.isAbsent = true
                take(Bytes(""), seen: nil, into: &listing)
                return
            }
            listing.isAbsent = false
            let mountChanges = reader.mountChanges
            if list == listing.text, mountChanges == listing.mountChanges, !listing.points.isOutdated { return }
            listing.mountChanges = mountChanges
            take(list, seen: try view(besides: list, listing, &reader), into: &listing)
        } catch {
            // Kept for the collector, which cannot use a listing that threw.
            listing.failure = error
        }
    }

    private func readList(
        _ listing: Listing, _ reader: inout KernelFileReader
    ) throws(CollectorError) -> Bytes? {
        do throws(CollectorError) {
            if let list = try reader.readIfPresent(listing.listOfInit) { return list }
        } catch {
            guard error.isPermission else { throw error }
        }
        return try reader.readIfPresent(listing.listOfSelf)
    }

    /// What this process sees; nil where that is what the list says, or cannot be known.
    private func view(
        besides list: Bytes, _ listing: Listing, _ reader: inout KernelFileReader
    ) throws(CollectorError) -> MountView? {
        guard let own = try reader.readIfPresent(listing.ownList) else { return nil }
        if roots.rootfs.isEmpty, own == list { return nil }
        var lines: [MountLine] = []
        var text = ByteScanner(own)
        while let line = text.nextLine() {
            if let fields = MountLine(line) { lines.append(fields) }
        }
        // Where it is not there, asking each of its mounts says so.
        let root = try? reader.resolved(roots.rootfs.isEmpty ? "/" : roots.rootfs)
        return MountView(MountTree(lines), root: root?.array ?? Array(roots.rootfs.utf8))
    }

    /// Takes the list apart; mount points that were there before keep their items.
    private func take(_ list: Bytes, seen view: MountView?, into listing: inout Listing) {
        listing.text = list.array
        listing.mounts = []
        listing.root = nil
        listing.malformedLines = []
        var lines: [MountLine] = []
        var text = ByteScanner(list)
        while let line = text.nextLine() {
            guard !line.trimmed.isEmpty else { continue }
            guard let fields = MountLine(line) else {
                listing.malformedLines.append(line.upTo(64).text)
                continue
            }
            lines.append(fields)
        }
        listing.hasGoodLines = !lines.isEmpty
        let tree = MountTree(lines)
        var found: [Found] = []
        for (index, line) in lines.enumerated() {
            guard let mount = mount(line, seen: view), tree.isVisible(index) else { continue }
            found.append(mount)
        }
        // Where a list has the host's mounts below rootfs, those of this process's own root are not asked for.
        let below = Set(found.filter(\.isBelowRootfs).map(\.identity.path))
        if !below.isEmpty { found.removeAll { !$0.isBelowRootfs && below.contains($0.identity.path) } }
        listing.points.update(to: found.filter(\.isSeen).map(\.identity), id: { $0 }) { identity in
            Item(identity.path.text, MountPoint(identity, statfs: statfs))
        }
        var items: [MountPoint.Identity: Item<MountPoint>] = [:]
        for entry in listing.points.entries { items[entry.id] = entry.item }
        for mount in found {
            let item = items[mount.identity]
            if mount.isRoot { listing.root = item }
            guard mount.isShown else { continue }
            listing.mounts.append(
                Mount(
                    device: mount.device, mountPoint: mount.label, fsType: mount.fsType,
                    major: "\(mount.identity.major)", minor: "\(mount.identity.minor)",
                    isReadOnly: mount.isReadOnly, item: item))
        }
    }

    /// A line of the list, as far as it matters.
    private struct Found {
        let identity: MountPoint.Identity
        let device, label, fsType: String
        let isReadOnly, isShown, isRoot: Bool
        /// True for one that the list has below rootfs.
        let isBelowRootfs: Bool
        /// False where this process sees another file system at its path.
        let isSeen: Bool
    }

    /// nil for a mount that neither the filters leave nor anybody asks for.
    private func mount(_ fields: MountLine, seen view: MountView?) -> Found? {
        let label = MountRoots.withoutRootfs(MountEscapes.undo(fields.mountPoint.array, all: false), roots)
        let isShown = !Bytes.withView(of: label, mountPoints.ignores) && !fsTypes.ignores(fields.fsType)
        guard isShown || label == [UInt8(ascii: "/")] else { return nil }
        let whole = MountEscapes.undo(fields.mountPoint.array, all: true)
        let place = MountRoots.withoutRootfs(whole, roots)
        let isRoot = place == [UInt8(ascii: "/")]
        return Found(
            identity: MountPoint.Identity(
                path: MountRoots.reachable(place, roots), major: fields.major, minor: fields.minor),
            device: fields.device.text, label: String(decoding: label, as: UTF8.self), fsType: fields.fsType.text,
            isReadOnly: fields.isReadOnly, isShown: isShown, isRoot: isRoot, isBelowRootfs: place != whole,
            isSeen: view?.shows(fields, at: place) ?? true)
    }
}

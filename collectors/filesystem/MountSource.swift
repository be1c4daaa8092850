// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles

/// The mounts that the filesystem collector's filters leave, each with what statfs says of it.
///
/// The list is that of process 1, so that a container with the host's /proc sees the host's mounts; it is taken apart
/// again only when its text changes. Who may not read it gets the list of its own process.
final class MountSource: ItemSource, @unchecked Sendable {
    /// Asks for a file system's numbers: statfs(2), but in tests.
    typealias Ask = @Sendable (RawPath) -> FilesystemSpace.Answer

    static let mountPointsExclude = Flag.pattern(
        "collector.filesystem.mount-points-exclude",
        default: "^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)",
        help: "Mount points that are not shown.", aliases: ["collector.filesystem.ignored-mount-points"])
    static let mountPointsInclude = Flag.pattern(
        "collector.filesystem.mount-points-include",
        help: "The only mount points that are shown; not together with mount-points-exclude.")
    static let fsTypesExclude = Flag.pattern(
        "collector.filesystem.fs-types-exclude",
        default: "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660"
            + "|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|erofs|sysfs"
            + "|tracefs)$", help: "Types of file systems that are not shown.",
        aliases: ["collector.filesystem.ignored-fs-types"])
    static let fsTypesInclude = Flag.pattern(
        "collector.filesystem.fs-types-include",
        help: "The only types of file systems that are shown; not together with fs-types-exclude.")
    static let mountTimeout = Flag.duration(
        "collector.filesystem.mount-timeout", defaultNanoseconds: 5_000_000_000,
        help: "How long a mount may take; the scrape's own deadline rules here.", isHidden: true, isInert: true)
    static let statWorkers = Flag.integer(
        "collector.filesystem.stat-workers", default: 4, in: 0...Int.max,
        help: "How many mounts are asked at once; here a hanging one delays no other.", isHidden: true,
        isInert: true)

    static let flags: [any FlagDeclaration] = [
        mountPointsExclude,
        mountPointsInclude,
        fsTypesExclude,
        fsTypesInclude,
        mountTimeout,
        statWorkers,
    ]

    let laneName = "mounts"
    let discovery = ItemState()
    let isNeeded = true

    // All of this is used only by who holds `discovery`.
    /// The mounts in the list's order.
    private(set) var mounts: [Mount] = []
    private(set) var items: [any SourceItem] = []
    /// The root file system's numbers, whatever the filters are; nil where the list does not have it.
    private(set) var root: MountPoint?
    /// Lines of the list that could not be understood.
    private(set) var malformedLines: [String] = []
    /// True where at least one line was understood, filtered ones included.
    private(set) var hasGoodLines = false
    /// Why there is no list; nil where there is one or no such file.
    private(set) var failure: CollectorError?
    /// True where there is no such file.
    private(set) var isAbsent = false

    private let roots: Roots
    private let ask: Ask
    private let mountPoints, fsTypes: DeviceFilter
    private let listOfInit, listOfSelf: KernelFile
    private var text: [UInt8] = []
    private var byIdentity: [MountPoint.Identity: MountPoint] = [:]
    /// Mounts that are gone while a thread still hangs in them.
    private var leftOver: [MountPoint] = []

    init(_ context: CollectorContext, ask: @escaping Ask = FilesystemSpace.at) throws(ConfigurationError) {
        roots = context.roots
        self.ask = ask
        mountPoints = try DeviceFilter(
            context.options, include: Self.mountPointsInclude,
            exclude: Self.mountPointsExclude)
        fsTypes = try DeviceFilter(
            context.options, include: Self.fsTypesInclude,
            exclude: Self.fsTypesExclude)
        listOfInit = KernelFile(roots.proc("1/mountinfo"))
        listOfSelf = KernelFile(roots.proc("self/mountinfo"))
    }

    /// Calls `body` for each mount that answered in this scrape; those that hang or failed are left out.
    ///
    /// A mount point may come twice where file systems are mounted over each other.
    func forEachAnswer(in scrape: UInt64, _ body: (Mount, FilesystemSpace) -> Void) {
        guard discovery.beginLooking(in: scrape) else { return }
        defer { discovery.endLooking() }
        for mount in mounts where mount.item.state.beginLooking(in: scrape) {
            if case .space(let space) = mount.item.answer { body(mount, space) }
            mount.item.state.endLooking()
        }
    }

    /// What the root file system answered in this scrape; nil where it did not.
    func rootSpace(in scrape: UInt64) -> FilesystemSpace? {
        guard discovery.beginLooking(in: scrape) else { return nil }
        defer { discovery.endLooking() }
        guard let root, root.state.beginLooking(in: scrape) else { return nil }
        defer { root.state.endLooking() }
        guard case .space(let space) = root.answer else { return nil }
        return space
    }

    func discover(from reader: inout KernelFileReader) {
        do throws(CollectorError) {
            failure = nil
            guard let list = try readList(&reader) else {
                isAbsent = true
                take(Bytes(""))
                return
            }
            isAbsent = false
            if list == text, leftOver.isEmpty { return }
            take(list)
        } catch {
            // Kept for the collector, which cannot look at a source whose discovery threw.
            failure = error
        }
    }

    private func readList(_ reader: inout KernelFileReader) throws(CollectorError) -> Bytes? {
        do throws(CollectorError) {
            if let list = try reader.readIfPresent(listOfInit) { return list }
        } catch {
            guard error.isPermission else { throw error }
        }
        return try reader.readIfPresent(listOfSelf)
    }

    /// Takes the list apart; mount points that were there before keep their items.
    private func take(_ list: Bytes) {
        text = list.array
        let known = byIdentity
        byIdentity = [:]
        mounts = []
        root = nil
        malformedLines = []
        hasGoodLines = false
        var points: [MountPoint] = []
        var lines = ByteScanner(list)
        while let line = lines.nextLine() {
            guard !line.trimmed.isEmpty else { continue }
            guard let fields = MountLine(line) else {
                malformedLines.append(line.upTo(64).text)
                continue
            }
            hasGoodLines = true
            add(fields, known, &points)
        }
        let gone = known.values.filter { byIdentity[$0.identity] == nil }
        leftOver = (leftOver + gone).filter { $0.state.isRunning && byIdentity[$0.identity] == nil }
        items = points + leftOver
    }

    private func add(
        _ fields: MountLine, _ known: [MountPoint.Identity: MountPoint], _ points: inout [MountPoint]
    ) {
        let label = withoutRootfs(MountEscapes.undo(fields.mountPoint.array, all: false))
        let isShown = !Bytes.withView(of: label, mountPoints.ignores) && !fsTypes.ignores(fields.fsType)
        guard isShown || label == [UInt8(ascii: "/")] else { return }
        let place = withoutRootfs(MountEscapes.undo(fields.mountPoint.array, all: true))
        let isRoot = place == [UInt8(ascii: "/")] && !roots.rootfs.isEmpty
        let identity = MountPoint.Identity(
            path: RawPath(Array(roots.rootfs.utf8) + (isRoot ? [] : place)), major: fields.major, minor: fields.minor)
        var item = byIdentity[identity]
        if item == nil {
            let made = known[identity] ?? leftOver.first { $0.identity == identity } ?? MountPoint(identity, ask: ask)
            byIdentity[identity] = made
            points.append(made)
            item = made
        }
        guard let item else { return }
        if place == [UInt8(ascii: "/")] { root = item }
        guard isShown else { return }
        mounts.append(
            Mount(
                device: fields.device.text, mountPoint: String(decoding: label, as: UTF8.self),
                fsType: fields.fsType.text, major: "\(fields.major)", minor: "\(fields.minor)",
                isReadOnly: fields.isReadOnly, item: item))
    }

    /// The path as the host knows it where this process sees the host's root elsewhere.
    private func withoutRootfs(_ path: [UInt8]) -> [UInt8] {
        let root = Array(roots.rootfs.utf8)
        guard !root.isEmpty, path.starts(with: root) else { return path }
        let rest = path.dropFirst(root.count)
        guard let first = rest.first else { return [UInt8(ascii: "/")] }
        return first == UInt8(ascii: "/") ? Array(rest) : path
    }
}

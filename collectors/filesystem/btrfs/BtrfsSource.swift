// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Glibc
import KernelFiles

/// What the mounted btrfs file systems say of themselves, each of which may hang on its way.
final class BtrfsSource: LaneSource {
    /// Asks a file system: ioctl(2), but in tests.
    typealias Ask = @Sendable (RawPath) -> BtrfsVolume.Answer

    /// A file system: the places where it is mounted, of which the first that may be opened is asked.
    private struct Volume: ItemContent {
        let places: [RawPath]
        let ask: Ask
        private(set) var answer = BtrfsVolume.Answer.failed(errno: 0)

        init(places: [RawPath], ask: @escaping Ask) {
            self.places = places
            self.ask = ask
        }

        mutating func read(from reader: inout KernelFileReader) {
            for place in places {
                answer = ask(place)
                if case .volume = answer { return }
            }
        }
    }

    /// What a file system is known by: the number that all its mounts have, and where they are.
    private struct Identity: Hashable {
        let major, minor: UInt64
        let places: [RawPath]
    }

    private struct Listing {
        var directory: KernelDirectory
        let listOfInit, listOfSelf: KernelFile
        var text: [UInt8] = []
        var volumes = ItemSet<String, Identity, Volume>()
    }

    let lane = "mounts"
    /// The folder that has the file systems.
    let path: String

    private let roots: Roots
    private let ask: Ask
    private let listing: ItemListing<Listing>

    convenience init(context: CollectorContext) throws(ConfigurationError) {
        self.init(context, ask: BtrfsVolume.at)
    }

    init(_ context: CollectorContext, ask: @escaping Ask) {
        roots = context.roots
        self.ask = ask
        path = roots.sys("fs/btrfs")
        listing = ItemListing(
            of: "btrfs mounts",
            Listing(
                directory: KernelDirectory(path), listOfInit: KernelFile(roots.proc("1/mountinfo")),
                listOfSelf: KernelFile(roots.proc("self/mountinfo"))))
    }

    /// One look-up of the folder, which comes with the file system's driver.
    var isNeeded: Bool {
        // The call reads a string that lives as long as the call.
        unsafe access(path, F_OK) == 0 || errno != ENOENT
    }

    func list(from reader: inout KernelFileReader) -> [any LaneItem] {
        listing.update(in: reader.scrape) { (listing) throws(CollectorError) in
            try update(&listing, from: &reader)
            return listing.volumes.laneItems
        }
    }

    /// The file system of a UUID; nil where it is not known in this scrape.
    func volume(of uuid: String, in scrape: UInt64) -> BtrfsVolume? {
        let found = try? listing.withResult(of: scrape) { listing -> BtrfsVolume? in
            for entry in listing.volumes.entries {
                let volume = entry.item.withResult(of: scrape) { content -> BtrfsVolume? in
                    if case .volume(let volume) = content.answer, volume.uuid == uuid { return volume }
                    return nil
                }
                if let volume = volume ?? nil { return volume }
            }
            return nil
        }
        // A listing that failed is said by `writeLosses`.
        return found ?? nil
    }

    /// Says which file systems did not answer.
    ///
    /// Without the right to open a mount point there is nothing to say: the sizes that sysfs has are shown then.
    func writeLosses(in scrape: UInt64, into writer: inout BtrfsCollector.Writer) {
        do throws(CollectorError) {
            try listing.withResult(of: scrape) { listing in
                for entry in listing.volumes.entries {
                    let answer = entry.item.withResult(of: scrape) { $0.answer }
                    switch answer {
                    case nil: writer.loseItem("\(entry.item.name) did not answer in time")
                    case .volume, .failed(errno: EACCES), .failed(errno: EPERM): break
                    case .failed(let errno):
                        writer.loseItem("btrfs at \(entry.item.name): \(KernelFileError.text(of: errno))")
                    }
                }
            }
        } catch {
            writer.loseItem(error.description)
        }
    }

    private func update(_ listing: inout Listing, from reader: inout KernelFileReader) throws(CollectorError) {
        guard try hasFilesystem(listing.directory, &reader), let list = try readList(listing, &reader) else {
            listing.text = []
            listing.volumes.update(to: [] as [Identity], id: { "\($0)" }, identity: { $0 }, make: makeItem)
            return
        }
        if list == listing.text, !listing.volumes.isOutdated { return }
        listing.text = list.array
        listing.volumes.update(
            to: identities(list), id: { "\($0.major):\($0.minor)" }, identity: { $0 }, make: makeItem)
    }

    private func makeItem(_ identity: Identity) -> Item<Volume> {
        Item(identity.places.first?.text ?? "", Volume(places: identity.places, ask: ask))
    }

    /// Beside the folders of file systems there is one of what the driver can do.
    private func hasFilesystem(
        _ directory: KernelDirectory, _ reader: inout KernelFileReader
    ) throws(CollectorError) -> Bool {
        guard var names = try reader.listIfPresent(directory) else { return false }
        while let name = names.next() {
            if name.firstIndex(of: UInt8(ascii: "-")) != nil { return true }
        }
        return false
    }

    private func readList(_ listing: Listing, _ reader: inout KernelFileReader) throws(CollectorError) -> Bytes? {
        do throws(CollectorError) {
            if let list = try reader.readIfPresent(listing.listOfInit) { return list }
        } catch {
            guard error.isPermission else { throw error }
        }
        return try reader.readIfPresent(listing.listOfSelf)
    }

    /// The file systems in a list of mounts; what the list's other lines are is said by the filesystem collector.
    private func identities(_ list: Bytes) -> [Identity] {
        var found: [Identity] = []
        var lines = ByteScanner(list)
        while let line = lines.nextLine() {
            guard let mount = MountLine(line), mount.fsType == "btrfs" else { continue }
            let mountPoint = MountRoots.withoutRootfs(MountEscapes.undo(mount.mountPoint.array, all: true), roots)
            let place = MountRoots.reachable(mountPoint, roots)
            let index = found.firstIndex { $0.major == mount.major && $0.minor == mount.minor }
            let others = index.map { found.remove(at: $0).places } ?? []
            found.append(Identity(major: mount.major, minor: mount.minor, places: others + [place]))
        }
        return found
    }
}

// SPDX-License-Identifier: Apache-2.0

public import Exposition
public import KernelFiles

/// A directory of sysfs that is listed at every scrape and gives its names only when they are others than before.
///
/// A listing that equals the last one costs two system calls and allocates nothing.
public struct WatchedDirectory {
    /// What a listing showed.
    public enum Change {
        /// The directory is not there.
        case missing
        /// The same names in the same order as at the last listing.
        case same
        /// Other names than at the last listing, sorted.
        case changed([String])
    }

    /// The path that is listed.
    public var path: String { directory.path }

    private var directory: KernelDirectory
    private let comesWithModule: Bool
    /// The names of the last listing, each with a NUL behind it.
    private var known: [UInt8] = []

    /// A directory that is not opened before it is listed; `comesWithModule` as for `KernelDirectory`.
    public init(_ path: String, comesWithModule: Bool = false) {
        directory = KernelDirectory(path, comesWithModule: comesWithModule)
        self.comesWithModule = comesWithModule
    }

    /// Lists the directory.
    public mutating func list(from reader: inout KernelFileReader) throws(CollectorError) -> Change {
        guard let listing = try reader.listIfPresent(directory) else {
            known = []
            return .missing
        }
        if !known.isEmpty, isKnown(listing) { return .same }
        // A directory that was removed and made again shows nothing through its old descriptor.
        directory = KernelDirectory(directory.path, comesWithModule: comesWithModule)
        guard let fresh = try reader.listIfPresent(directory) else {
            known = []
            return .missing
        }
        if !known.isEmpty, isKnown(fresh) { return .same }
        return .changed(learn(fresh))
    }

    /// Lists the folder of a device that is being read.
    ///
    /// nil, and a lost item, where it cannot be listed or has gone since its class was.
    public mutating func list(
        from reader: inout KernelFileReader, or writer: inout MetricWriter<some FamilyKey>
    ) -> Change? {
        do throws(CollectorError) {
            let change = try list(from: &reader)
            guard case .missing = change else { return change }
            writer.loseItem("\(path) is not there")
        } catch {
            writer.lose(error)
        }
        return nil
    }

    /// Makes the next listing count as changed.
    public mutating func forget() {
        known = []
    }

    private func isKnown(_ listing: DirectoryListing) -> Bool {
        var listing = listing
        var position = 0
        while let name = listing.next() {
            guard known.count &- position > name.count else { return false }
            for offset in 0..<name.count where known[position &+ offset] != name[offset] { return false }
            position &+= name.count
            guard known[position] == 0 else { return false }
            position &+= 1
        }
        return position == known.count
    }

    private mutating func learn(_ listing: DirectoryListing) -> [String] {
        var listing = listing
        var names: [String] = []
        known = []
        while let name = listing.next() {
            names.append(name.text)
            known.append(contentsOf: name.array)
            known.append(0)
        }
        return names.sorted()
    }
}

// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// Which mount a path leads to, by the lines of one process's mountinfo.
///
/// A mount lies on a place in another one, its parent. Who walks along a path crosses into what is mounted at each place
/// that he comes to, so what lies below a later mount, or below one further up, is not reached any more.
/// Source: kernel Documentation/filesystems/proc.rst, section 3.5, and path-lookup.rst.
struct MountTree {
    /// A line of mountinfo, as far as it matters for paths.
    struct Entry {
        /// The mount's number in its namespace, and that of its parent.
        let id, parent: UInt64
        /// Where it lies, without the kernel's escapes.
        let place: [UInt8]
        /// The number of the file system's device.
        let major, minor: UInt64
    }

    private struct Place: Hashable {
        let parent: UInt64
        let path: ArraySlice<UInt8>
    }

    /// No mount has this number: it stands for a parent that is not listed.
    private static let above: UInt64 = 0

    /// The mounts in the list's order.
    let entries: [Entry]
    private var children: [Place: Int] = [:]
    /// The index of the mount that is the process's root; nil where that is a folder of a mount that is not listed.
    private let root: Int?

    /// The mounts of a list.
    init(_ lines: [MountLine]) {
        let entries = lines.map { line in
            Entry(
                id: line.id, parent: line.parent, place: MountEscapes.undo(line.mountPoint.array, all: true),
                major: line.major, minor: line.minor)
        }
        self.entries = entries
        var places: [UInt64: [UInt8]] = [:]
        for entry in entries { places[entry.id] = entry.place }
        func parent(of entry: Entry) -> UInt64 {
            guard entry.parent != entry.id, let place = places[entry.parent], MountTree.isBelow(place, entry.place)
            else { return MountTree.above }
            return entry.parent
        }
        children.reserveCapacity(entries.count)
        var childCounts: [UInt64: Int] = [:]
        for (index, entry) in entries.enumerated() {
            let parent = parent(of: entry)
            // Of two that lie on one place the list has the later one behind the other.
            children[Place(parent: parent, path: entry.place[...])] = index
            if !MountTree.isRoot(entry.place) { childCounts[parent, default: 0] += 1 }
        }
        // Something may be mounted over the root of a process, who goes on in the one below: where its other mounts lie.
        var root: Int?
        for (index, entry) in entries.enumerated() where MountTree.isRoot(entry.place) {
            guard let found = root else {
                root = index
                continue
            }
            if childCounts[entry.id, default: 0] > childCounts[entries[found].id, default: 0] { root = index }
        }
        self.root = root
    }

    /// The index of the mount that an absolute path leads to, by the places alone; nil where the list does not tell.
    ///
    /// The path has no links in it, and no `.` or `..`.
    func mount(at path: [UInt8]) -> Int? {
        var mount = root
        var end = 0
        repeat {
            // The next place on the way: up to the next slash that ends a name.
            end += 1
            while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
            let place = path.prefix(end)
            guard !MountTree.isRoot(place), let first = child(of: mount, at: place) else { continue }
            mount = first
            // One mount may lie over another; no more than there are, whatever a broken list says.
            var over = children[Place(parent: entries[first].id, path: place)]
            for _ in entries {
                guard let next = over else { break }
                mount = next
                over = children[Place(parent: entries[next].id, path: place)]
            }
        } while end < path.count
        return mount
    }

    /// True where the mount of an index is the one that its own place leads to.
    func isVisible(_ index: Int) -> Bool {
        mount(at: entries[index].place) == index
    }

    private func child(of mount: Int?, at place: ArraySlice<UInt8>) -> Int? {
        if let mount, let child = children[Place(parent: entries[mount].id, path: place)] { return child }
        // Its parent is not listed: it hangs where its path says.
        return children[Place(parent: MountTree.above, path: place)]
    }

    /// True where a path is a place or lies below it.
    private static func isBelow(_ place: [UInt8], _ path: [UInt8]) -> Bool {
        guard !isRoot(place) else { return true }
        return path.starts(with: place) && (path.count == place.count || path[place.count] == UInt8(ascii: "/"))
    }

    private static func isRoot(_ place: some Collection<UInt8>) -> Bool {
        place.elementsEqual(CollectionOfOne(UInt8(ascii: "/")))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads kernel files for one worker thread: one arena, reused, and the budget of kept descriptors.
///
/// What it returns are views of its arena, good until the next `beginCollection`.
public struct KernelFileReader: ~Copyable {
    /// Counts the scrapes; sources use it to read at most once in each.
    ///
    /// 0 before the first.
    public private(set) var scrape: UInt64 = 0

    private var arena = ReadArena()
    private let budget: DescriptorBudget
    let conditions: ReadConditions

    /// Another number where mounts of this process's namespace have changed since an earlier scrape.
    public var mountChanges: UInt64 { budget.mountChanges }

    /// A reader that keeps descriptors within `budget`.
    public init(budget: DescriptorBudget, conditions: ReadConditions = .kernel) {
        self.budget = budget
        self.conditions = conditions
    }

    /// Makes all memory free for reuse; views of it must not be used any more.
    ///
    /// The first of a scrape looks whether mounts have changed, after which kept descriptors are opened again.
    public mutating func beginCollection(scrape: UInt64) {
        self.scrape = scrape
        arena.rewind()
        budget.look(in: scrape)
    }

    /// The whole content of a kept file.
    public mutating func contents(of file: KernelFile) throws(KernelFileError) -> Bytes {
        try file.read(into: &arena, budget: budget, scrape: scrape, conditions: conditions)
    }

    /// The whole content of a file that is opened and closed again, for what is read once in a while.
    public mutating func contents(ofPath path: String) throws(KernelFileError) -> Bytes {
        try conditions.check(path)
        let descriptor = try KeptDescriptor.open(path)
        defer { _ = close(descriptor) }
        return try arena.fill(
            from: descriptor, path: path, end: .emptyRead, longestRead: conditions.longestRead)
    }

    /// The whole content of a file of the host, which is opened and closed again.
    public mutating func contents(of file: HostFile) throws(KernelFileError) -> Bytes {
        try conditions.check(file.path)
        let descriptor = try file.open()
        defer { _ = close(descriptor) }
        return try arena.fill(
            from: descriptor, path: file.path, end: .emptyRead, longestRead: conditions.longestRead)
    }

    /// The names in a kept directory.
    public mutating func list(_ directory: KernelDirectory) throws(KernelFileError) -> DirectoryListing {
        try conditions.check(directory.path, .list)
        return DirectoryListing(records: try directory.read(into: &arena, budget: budget))
    }

    /// Where a symbolic link points to, as it is written in the link.
    public mutating func target(ofLink path: String) throws(KernelFileError) -> Bytes {
        try target(ofLink: RawPath(path))
    }

    /// Where a symbolic link points to, as it is written in the link; for paths that are kept.
    public mutating func target(ofLink path: RawPath) throws(KernelFileError) -> Bytes {
        var failure: Int32 = 0
        let bytes = unsafe arena.fill(capacity: 4_096) { start in
            let length = unsafe path.withPointer {
                unsafe readlink($0, start.assumingMemoryBound(to: CChar.self), 4_096)
            }
            if length < 0 { failure = errno }
            return length
        }
        if failure != 0 { throw KernelFileError(.readlink, path: path.text, errno: failure) }
        return bytes
    }

    /// The path with every symbolic link resolved, as realpath(3).
    public mutating func resolved(_ path: String) throws(KernelFileError) -> Bytes {
        var failure: Int32 = 0
        let bytes = unsafe arena.fill(capacity: 4_097) { start in
            let text = unsafe start.assumingMemoryBound(to: CChar.self)
            guard let _ = unsafe realpath(path, text) else {
                failure = errno
                return 0
            }
            return unsafe strnlen(text, 4_096)
        }
        if failure != 0 { throw KernelFileError(.readlink, path: path, errno: failure) }
        return bytes
    }

    /// True where something is at the path (links are followed).
    public func exists(_ path: String) -> Bool {
        unsafe access(path, F_OK) == 0
    }

    /// Copies bytes into the arena, so that they live as long as what was read.
    public mutating func copy(_ bytes: Bytes) -> Bytes {
        arena.copy(bytes)
    }
}

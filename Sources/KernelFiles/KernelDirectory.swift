// SPDX-License-Identifier: Apache-2.0

import CKernel
import Glibc

/// A directory of procfs or sysfs whose descriptor is kept, so that listing it again costs no look-up of its path.
public final class KernelDirectory {
    /// The path that is opened.
    public let path: String

    private var descriptor = KeptDescriptor(flags: O_DIRECTORY)
    /// Where only a module of the kernel can bring the directory: whether it is known to be missing.
    private let absence: AbsenceMemory?

    /// A directory that is not opened before it is listed.
    ///
    /// `comesWithModule` is for those that nothing but a module of the kernel brings, so that one that is missing is looked
    /// up again only after the kernel has announced something.
    public init(_ path: String, comesWithModule: Bool = false) {
        self.path = path
        absence = comesWithModule ? AbsenceMemory(path) : nil
    }

    /// What stat(2) says of the directory: how many links it has and its size.
    ///
    /// Opened once; nil where it is not there.
    public func linksAndSize() -> (links: Int, size: Int)? {
        guard let descriptor = descriptor.opened(path) else { return nil }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return nil }
        return (Int(status.st_nlink), Int(status.st_size))
    }

    /// Whether the directory at a path has an entry whose name does not begin with a full stop.
    ///
    /// Allocates nothing.
    public static func hasEntry(at path: String) throws(KernelFileError) -> Bool {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw KernelFileError(.open, path: path, errno: errno) }
        defer { close(descriptor) }
        var failure: Int32 = 0
        // Larger than any entry, whose name is at most 255 bytes.
        let isFound = unsafe withUnsafeTemporaryAllocation(byteCount: 512, alignment: 8) { buffer in
            guard let start = buffer.baseAddress else { return false }
            while true {
                let got = unsafe ckernel_getdents(descriptor, start, buffer.count)
                if got < 0 { failure = errno }
                guard got > 0 else { return false }
                let records = unsafe Bytes(UnsafePointer(start.assumingMemoryBound(to: UInt8.self)), count: got)
                var listing = DirectoryListing(records: records)
                while let name = listing.next() {
                    if name[0] != UInt8(ascii: ".") { return true }
                }
            }
        }
        if failure != 0 { throw KernelFileError(.list, path: path, errno: failure) }
        return isFound
    }

    /// Reads all entries with getdents64(2) into the arena.
    func read(into arena: inout ReadArena, budget: DescriptorBudget) throws(KernelFileError) -> Bytes {
        let events = absence?.now()
        if let absence, absence.isMissing(at: events) { throw KernelFileError(.open, path: path, errno: ENOENT) }
        do throws(KernelFileError) {
            return try descriptor.use(path, within: budget, isStale: { _ in true }) {
                (descriptor) throws(KernelFileError) in
                // A directory that was removed and made again lists as empty through the old descriptor.
                var status = stat()
                guard unsafe fstat(descriptor, &status) == 0, status.st_nlink > 0,
                    lseek(descriptor, 0, SEEK_SET) == 0
                else { throw KernelFileError(.list, path: path, errno: ENOENT) }
                return try list(descriptor, into: &arena)
            }
        } catch {
            if let absence, error.errno == ENOENT { absence.note(isMissing: true, at: events) }
            throw error
        }
    }

    private func list(_ descriptor: Int32, into arena: inout ReadArena) throws(KernelFileError) -> Bytes {
        var capacity = 4_096
        while true {
            var failure: Int32 = 0
            var full = false
            let entries = unsafe arena.fill(capacity: capacity) { start in
                var length = 0
                while true {
                    let got = unsafe ckernel_getdents(descriptor, start + length, capacity - length)
                    if got == 0 { return length }
                    if got < 0 {
                        // EINVAL: the rest of the buffer is too small for one entry.
                        if errno == EINVAL { full = true } else { failure = errno }
                        return length
                    }
                    length += got
                    if capacity - length < 300 {
                        full = true
                        return length
                    }
                }
            }
            if failure != 0 { throw KernelFileError(.list, path: path, errno: failure) }
            if !full { return entries }
            capacity *= 4
            guard lseek(descriptor, 0, SEEK_SET) == 0, capacity <= 64 << 20 else {
                throw KernelFileError(.list, path: path, errno: EFBIG)
            }
        }
    }
}

/// The names in a directory, without `.` and `..`, in the kernel's order.
///
/// A sequence that allocates nothing.
@safe
public struct DirectoryListing {
    private let records: Bytes
    private var position = 0

    init(records: Bytes) {
        self.records = records
    }

    /// A number that is another one where names came or went, or lead to something else than before.
    ///
    /// sysfs gives a folder that was removed and made again under its name another inode number.
    public var fingerprint: UInt64 {
        // FNV-1a.
        var sum: UInt64 = 0xCBF2_9CE4_8422_2325
        var at = 0
        while let low = records[at &+ 16], let high = records[at &+ 17] {
            let length = Int(low) | Int(high) << 8
            guard length > 19 else { break }
            // The inode number, and behind the place of the next entry the name up to its NUL.
            for offset in 0..<length where offset < 8 || offset >= 19 {
                guard let byte = records[at &+ offset] else { break }
                if offset >= 19, byte == 0 { break }
                sum = (sum ^ UInt64(byte)) &* 0x100_0000_01B3
            }
            // Between two names.
            sum = (sum ^ 0x100) &* 0x100_0000_01B3
            at &+= length
        }
        return sum
    }

    /// The next name; nil after the last one.
    public mutating func next() -> Bytes? {
        // struct linux_dirent64: u64 inode, s64 offset, u16 record length, u8 type, name with a final NUL.
        while let low = records[position &+ 16], let high = records[position &+ 17] {
            let length = Int(low) | Int(high) << 8
            guard length > 19 else { return nil }
            let field = records[position &+ 19, position &+ length]
            position &+= length
            let name = field.upTo(field.firstIndex(of: 0) ?? field.count)
            if name == "." || name == ".." { continue }
            return name
        }
        return nil
    }
}

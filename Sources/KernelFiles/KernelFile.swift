// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A procfs or sysfs file whose descriptor is kept from read to read.
///
/// One thread uses a file at a time: it belongs to the collector or source that made it and goes wherever that goes.
public final class KernelFile {
    /// Read errors after which opening again may help: the device went and may have come back.
    private static let stale: Set<Int32> = [ESRCH, ENODEV, ENOENT, ENXIO, EBADF]

    /// The path that is opened.
    public let path: String
    /// True where the kernel always gives something, so that nothing is a fault.
    public let isNeverEmpty: Bool
    /// What tells that nothing is left.
    private let end: FileEnd
    /// What others know of this path, where it is a file that several collectors read.
    private let shared: SharedContent?
    /// Where only a module of the kernel can bring the file: whether it is known to be missing.
    private let absence: AbsenceMemory?
    private var descriptor = KeptDescriptor()

    /// A file that is not opened before its first read, and that is read until the kernel says that nothing is left.
    ///
    /// The kernel gives most files of procfs in pieces of less than 4 KiB, so a short read is not the end of them.
    /// Nearly all of them have a line for what every host has, or one that names the columns; `mayBeEmpty` is for those
    /// that have neither. Source: kernel Documentation/filesystems/seq_file.rst.
    /// `comesWithModule` is for files that nothing but a module of the kernel brings, so that one that is missing is looked
    /// up again only after the kernel has announced something.
    public init(_ path: String, mayBeEmpty: Bool = false, comesWithModule: Bool = false) {
        self.path = path
        isNeverEmpty = !mayBeEmpty
        end = .emptyRead
        shared = nil
        absence = comesWithModule ? AbsenceMemory(path) : nil
    }

    /// A file of which the kernel gives everything, less than 4 KiB, in one read, which saves asking for more.
    ///
    /// That is so for attributes of sysfs and for values below /proc/sys. Source: kernel
    /// Documentation/filesystems/sysfs.rst.
    public init(oneRead path: String, comesWithModule: Bool = false) {
        self.path = path
        isNeverEmpty = false
        end = .shortRead
        shared = nil
        absence = comesWithModule ? AbsenceMemory(path) : nil
    }

    /// A file that the kernel makes in one piece, however long it is: a read that brings less than was asked for is the
    /// last, which saves asking for more.
    ///
    /// That is so for /proc/stat, meminfo and loadavg and for those of /proc/net that tell of a namespace as a whole
    /// (netstat, snmp, snmp6, sockstat, sockstat6): `single_open` in the kernel. Source: kernel
    /// Documentation/filesystems/seq_file.rst.
    public init(inOnePiece path: String) {
        self.path = path
        isNeverEmpty = true
        end = .onePiece
        shared = nil
        absence = nil
    }

    /// A file of lines of which the kernel gives as many as fit into 4 KiB in one read, and none of which is longer than
    /// `longestLine` bytes: a read that left room for another line was the last.
    ///
    /// It saves asking for more where that is dear: at the end of /proc/net/udp the kernel searches its whole table of
    /// sockets to find that there is nothing more. Source: kernel Documentation/filesystems/seq_file.rst.
    public init(_ path: String, longestLine: Int) {
        self.path = path
        isNeverEmpty = true
        end = .roomLeft(longestLine: longestLine)
        shared = nil
        absence = nil
    }

    /// A file that several collectors may read: the content is read once in each scrape.
    public init(_ content: SharedContent) {
        path = content.path
        isNeverEmpty = true
        end = .emptyRead
        shared = content
        absence = nil
    }

    /// True for one that several collectors may read; while a thread hangs in it, reads of the others fail with EBUSY.
    public var isShared: Bool { shared != nil }

    /// Lets go of the descriptor; the next read opens the file again.
    public func close() {
        descriptor.close()
    }

    /// Reads the file from its start to its end into the arena's free room.
    func read(
        into arena: inout ReadArena, budget: DescriptorBudget, scrape: UInt64, conditions: ReadConditions
    ) throws(KernelFileError) -> Bytes {
        if let shared {
            return try shared.read(into: &arena, budget: budget, scrape: scrape, conditions: conditions)
        }
        try conditions.check(path)
        let end = end
        let events = absence?.now()
        if let absence, absence.isMissing(at: events) { throw KernelFileError(.open, path: path, errno: ENOENT) }
        do throws(KernelFileError) {
            return try descriptor.use(
                path, within: budget, isStale: { KernelFile.stale.contains($0.errno) }
            ) { (descriptor) throws(KernelFileError) in
                try arena.fill(from: descriptor, path: path, end: end, longestRead: conditions.longestRead)
            }
        } catch {
            if let absence, error.errno == ENOENT { absence.note(isMissing: true, at: events) }
            throw error
        }
    }
}

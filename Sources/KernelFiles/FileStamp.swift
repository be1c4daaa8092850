// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What stat(2) says of a file that changes when its content does.
public struct FileStamp: Sendable, Equatable {
    /// The device that holds the file.
    public let device: UInt64
    /// The file's number on its device.
    public let inode: UInt64
    /// Its length in bytes.
    public let sizeBytes: Int64
    /// When the content changed, in nanoseconds since 1970.
    public let modifiedNanoseconds: Int64
    /// When content, owner, mode or name changed, in nanoseconds since 1970.
    public let changedNanoseconds: Int64
    /// True for a file that is none of directory, device, FIFO and socket.
    public let isRegular: Bool

    private init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        sizeBytes = Int64(status.st_size)
        modifiedNanoseconds = FileStamp.nanoseconds(status.st_mtim)
        changedNanoseconds = FileStamp.nanoseconds(status.st_ctim)
        isRegular = status.st_mode & S_IFMT == S_IFREG
    }

    /// The stamp of the file at a path, links followed; nil where it cannot be had.
    ///
    /// Allocates nothing.
    public init?(at path: RawPath) {
        var status = stat()
        guard unsafe path.withPointer({ unsafe stat($0, &status) }) == 0 else { return nil }
        self.init(status)
    }

    /// The stamp of the file at a path, links followed; nil where it cannot be had.
    public init?(path: String) {
        var status = stat()
        // The call fills the struct and keeps no pointer.
        guard unsafe stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// The stamp of the file at a path; links are followed.
    public static func of(_ path: RawPath) throws(KernelFileError) -> FileStamp {
        var status = stat()
        guard unsafe path.withPointer({ unsafe stat($0, &status) }) == 0 else {
            throw KernelFileError(.stat, path: path.text, errno: errno)
        }
        return FileStamp(status)
    }

    static func of(descriptor: Int32, path: RawPath) throws(KernelFileError) -> FileStamp {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw KernelFileError(.stat, path: path.text, errno: errno)
        }
        return FileStamp(status)
    }

    /// True where the last change is so young that another one could still get the same times: the kernel's file
    /// times move in steps of up to 10 ms.
    public var isFresh: Bool {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return max(modifiedNanoseconds, changedNanoseconds) &+ 50_000_000 > FileStamp.nanoseconds(now)
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}

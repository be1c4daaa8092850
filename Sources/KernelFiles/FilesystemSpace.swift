// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What statfs(2) says of a mounted file system.
public struct FilesystemSpace: Sendable, Equatable {
    /// Size of the blocks that the counts below are in, in bytes: f_frsize, which FUSE and virtiofs have far below the
    /// f_bsize that they like to be read in.
    public let blockSizeBytes: UInt64
    /// All blocks of the file system.
    public let blocks: UInt64
    /// Blocks that are free.
    public let freeBlocks: UInt64
    /// Blocks that are free for users without privileges.
    public let availableBlocks: UInt64
    /// All file nodes; 0 where the file system does not count them.
    public let files: UInt64
    /// File nodes that are free.
    public let freeFiles: UInt64

    /// Known numbers.
    public init(
        blockSizeBytes: UInt64, blocks: UInt64, freeBlocks: UInt64, availableBlocks: UInt64, files: UInt64,
        freeFiles: UInt64
    ) {
        self.blockSizeBytes = blockSizeBytes
        self.blocks = blocks
        self.freeBlocks = freeBlocks
        self.availableBlocks = availableBlocks
        self.files = files
        self.freeFiles = freeFiles
    }

    /// What came of asking.
    public enum Answer: Sendable, Equatable {
        /// The file system's numbers.
        case space(FilesystemSpace)
        /// The system's error number.
        case failed(errno: Int32)
    }

    /// Asks for the file system at a path with statvfs(3), which is statfs(2) with other names.
    ///
    /// Hangs as long as the file system's server does. Allocates nothing.
    public static func at(_ path: RawPath) -> Answer {
        var status = statvfs()
        while true {
            let result = unsafe path.withPointer { unsafe statvfs($0, &status) }
            if result == 0 { break }
            guard errno == EINTR else { return .failed(errno: errno) }
        }
        return .space(FilesystemSpace(status))
    }

    init(_ status: statvfs) {
        self.init(
            blockSizeBytes: UInt64(status.f_frsize), blocks: UInt64(status.f_blocks),
            freeBlocks: UInt64(status.f_bfree), availableBlocks: UInt64(status.f_bavail),
            files: UInt64(status.f_files), freeFiles: UInt64(status.f_ffree))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Tells whether a file is the one that was read before: which it is and when it was changed last.
public struct FileStamp: Equatable, Sendable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let changedSeconds: Int64
    private let changedNanoseconds: Int64

    /// The stamp of a file, links followed; nil where it cannot be had.
    public init?(path: String) {
        var status = stat()
        // The call fills the struct and keeps no pointer.
        guard unsafe stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        changedSeconds = Int64(status.st_mtim.tv_sec)
        changedNanoseconds = Int64(status.st_mtim.tv_nsec)
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles

/// A path at which something is mounted, with the numbers of the file system there: the part of the mount source that
/// may hang.
struct MountPoint: ItemContent {
    /// The identity of a mount point: a file system mounted over a hanging one is another one.
    struct Identity: Hashable {
        /// What is asked, rootfs included.
        let path: RawPath
        let major, minor: UInt64
    }

    private(set) var answer = FilesystemSpace.Answer.failed(errno: 0)
    /// The words of the error that `answer` is, as node_exporter gives them; empty where it is none.
    private(set) var errorText = ""

    private let path: RawPath
    private let statfs: MountSource.Statfs
    private var errorOfText: Int32 = 0

    init(_ identity: Identity, statfs: @escaping MountSource.Statfs) {
        path = identity.path
        self.statfs = statfs
    }

    mutating func read(from reader: inout KernelFileReader) {
        answer = statfs(path)
        guard case .failed(let errno) = answer else {
            errorText = ""
            errorOfText = 0
            return
        }
        guard errno != errorOfText else { return }
        errorText = MountError.text(errno)
        errorOfText = errno
    }
}

/// Errors in the words of Go's syscall package, which are glibc's with a small first letter.
enum MountError {
    /// What node_exporter calls a mount whose statfs does not return.
    static let stuck = "mountpoint timeout"
    /// For a mount at whose place this process sees another file system.
    static let foreign = "another file system is seen at this path"
    private static let stale: Int32 = 116

    static func text(_ errno: Int32) -> String {
        if errno == stale { return "stale NFS file handle" }
        let text = KernelFileError.text(of: errno)
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}

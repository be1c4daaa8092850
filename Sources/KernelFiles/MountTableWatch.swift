// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Hears whether something was mounted, unmounted or moved in this process's mount namespace since somebody last asked.
///
/// A kept descriptor of mountinfo, for which poll(2) tells of such changes. A file system that turns read-only by itself
/// is none of them. Never waits. Source: proc_pid_mountinfo(5), proc_pid_mounts(5).
public struct MountTableWatch: ~Copyable, Sendable {
    private let path: String
    private var descriptor: Int32 = -1

    /// Opens nothing yet; `path` is the mountinfo of this process.
    public init(_ path: String = "/proc/self/mountinfo") {
        self.path = path
    }

    deinit {
        if descriptor >= 0 { _ = close(descriptor) }
    }

    /// True where something may have changed since the last call, as at the first one, and always where the list cannot
    /// be watched.
    public mutating func hasChanged() -> Bool {
        guard descriptor >= 0 else {
            // Who cannot see the list takes everything for changed.
            if let opened = try? KeptDescriptor.open(path) { descriptor = opened }
            return true
        }
        var question = pollfd(fd: descriptor, events: Int16(POLLPRI), revents: 0)
        // The call looks at the one question that it is given, and keeps no pointer.
        return unsafe poll(&question, 1, 0) != 0
    }
}

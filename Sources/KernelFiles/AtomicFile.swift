// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Files that a reader sees whole or not at all.
package enum AtomicFile {
    /// Writes beside the file and renames; the reason where that fails, which leaves nothing behind.
    ///
    /// Everybody may read the file.
    package static func write(_ bytes: [UInt8], to name: String, in directory: String) -> String? {
        let folder = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return reason() }
        defer { close(folder) }
        // No name that ends in .prom: the collector would read it.
        let draft = ".\(name).\(getpid()).new"
        // A crash may have left one behind, and in a container the next process has the same number.
        unsafe unlinkat(folder, draft, 0)
        let descriptor = unsafe openat(folder, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return reason() }
        var failure = fill(descriptor, bytes)
        if close(descriptor) != 0, failure == nil { failure = reason() }
        if failure == nil, unsafe renameat(folder, draft, folder, name) != 0 { failure = reason() }
        if failure != nil { unsafe unlinkat(folder, draft, 0) }
        return failure
    }

    private static func fill(_ descriptor: Int32, _ bytes: [UInt8]) -> String? {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress.map { unsafe $0 + written }, $0.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return reason() }
            written += count
        }
        // Beyond the umask: the agent runs as another user.
        guard fchmod(descriptor, 0o644) == 0, fsync(descriptor) == 0 else { return reason() }
        return nil
    }

    private static func reason() -> String { KernelFileError.text(of: errno) }
}

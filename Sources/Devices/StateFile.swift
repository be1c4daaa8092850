// SPDX-License-Identifier: Apache-2.0

public import CollectorKit
import Glibc
import KernelFiles

/// The file of `LearnedDevices`: read again when somebody else has changed it, written whole or not at all.
struct StateFile {
    /// Tells one content of a file from another without reading it.
    private struct Identity: Equatable {
        var inode: UInt64 = 0
        var size: Int64 = 0
        var seconds: Int = 0
        var nanoseconds: Int = 0
    }

    let path: String
    private var known: Identity?

    init(folder: String) {
        path = folder + "/" + LearnedDevices.fileName
    }

    /// The content where it is another one than at the last read; nil where it is not.
    ///
    /// A file that is not there is an empty one.
    mutating func readIfChanged(from reader: inout KernelFileReader) throws(CollectorError) -> LearnedDevices? {
        let now = identity()
        guard now != known else { return nil }
        known = now
        guard let bytes = try reader.readIfPresent(path: path) else { return LearnedDevices() }
        return LearnedDevices(bytes)
    }

    /// Puts a new file in the place of the old one.
    mutating func write(_ learned: LearnedDevices) throws(CollectorError) {
        let fresh = path + ".new"
        let descriptor = unsafe open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw .system(call: "open \(fresh)", errno: errno) }
        var failure: Int32 = 0
        var text = learned.text
        text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count, failure == 0 {
                let count = unsafe Glibc.write(
                    descriptor, bytes.baseAddress.map { unsafe $0 + written }, bytes.count - written)
                if count > 0 { written += count } else if errno != EINTR { failure = errno }
            }
        }
        // Without this a crash of the host could leave an empty file under the new name.
        if failure == 0, fsync(descriptor) != 0 { failure = errno }
        _ = close(descriptor)
        if failure == 0, unsafe rename(fresh, path) != 0 { failure = errno }
        guard failure == 0 else {
            _ = unsafe unlink(fresh)
            throw .system(call: "write \(path)", errno: failure)
        }
        known = identity()
    }

    private func identity() -> Identity {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return Identity() }
        return Identity(
            inode: UInt64(status.st_ino), size: Int64(status.st_size), seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec)
    }
}

/// `host-exporter devices forget`.
public enum DeviceMemory {
    /// Makes the state folder forget devices by their ids (PCI address, `cpu:0`), all of them where none is named, and
    /// returns how many it knew.
    ///
    /// A running agent notices within seconds and learns anew what is there.
    public static func forget(_ ids: [String], in folder: String) throws(CollectorError) -> Int {
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 0))
        var file = StateFile(folder: folder)
        guard var learned = try file.readIfChanged(from: &reader) else { return 0 }
        let count = learned.forget(ids)
        if count > 0 || ids.isEmpty { try file.write(learned) }
        return count
    }
}

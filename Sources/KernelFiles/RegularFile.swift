// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads files that users write, where a path may lead to anything.
public enum RegularFile {
    /// The whole content of a regular file with its stamp from before the reading.
    ///
    /// Never waits for a FIFO's other end. What is no regular file is ENOTSUP, a file of more than `limit` bytes EFBIG.
    public static func contents(
        of path: RawPath, limit: Int
    ) throws(KernelFileError) -> (bytes: [UInt8], stamp: FileStamp) {
        var descriptor: Int32 = -1
        repeat {
            descriptor = unsafe path.withPointer { unsafe open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
        } while descriptor < 0 && errno == EINTR
        guard descriptor >= 0 else { throw KernelFileError(.open, path: path.text, errno: errno) }
        defer { _ = close(descriptor) }

        let stamp = try FileStamp.of(descriptor: descriptor, path: path)
        guard stamp.isRegular else { throw KernelFileError(.read, path: path.text, errno: ENOTSUP) }
        guard stamp.sizeBytes <= Int64(limit) else { throw KernelFileError(.read, path: path.text, errno: EFBIG) }

        var bytes: [UInt8] = []
        var failure: Int32 = 0
        // One byte more than the size, so that the last read of a file that stays as it is finds its end.
        var room = Int(stamp.sizeBytes) + 1
        while true {
            let start = bytes.count
            var got = 0
            bytes.append(contentsOf: repeatElement(0, count: room))
            unsafe bytes.withUnsafeMutableBytes { buffer in
                got = unsafe read(descriptor, buffer.baseAddress.map { unsafe $0 + start }, room)
                if got < 0 { failure = errno }
            }
            bytes.removeLast(room - max(0, got))
            if got < 0, failure == EINTR { continue }
            guard got >= 0 else { throw KernelFileError(.read, path: path.text, errno: failure) }
            guard got > 0 else { return (bytes, stamp) }
            guard bytes.count <= limit else { throw KernelFileError(.read, path: path.text, errno: EFBIG) }
            room = max(room - got, 4_096)
        }
    }
}

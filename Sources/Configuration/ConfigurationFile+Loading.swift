// SPDX-License-Identifier: Apache-2.0

public import CollectorKit
import Glibc

extension ConfigurationFile {
    /// Reads the file at a path.
    ///
    /// Only regular files are read, and never more than the limit, so that nothing can hang here.
    public init(path: String, table: FlagTable) {
        do throws(ConfigurationProblem) {
            self.init(try Self.bytes(at: path), path: path, table: table)
        } catch {
            self.init()
            problems = [error]
        }
    }

    private static func bytes(at path: String) throws(ConfigurationProblem) -> [UInt8] {
        func refused(_ reason: String) -> ConfigurationProblem {
            ConfigurationProblem(.file(path, line: 0), reason)
        }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw refused("cannot be opened: \(reason())") }
        defer { close(descriptor) }
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0 else { throw refused("cannot be read: \(reason())") }
        guard facts.st_mode & S_IFMT == S_IFREG else { throw refused("is no regular file") }
        var bytes: [UInt8] = []
        // One byte more than allowed tells a file that is too large.
        while bytes.count <= sizeLimitBytes {
            let room = min(1 << 16, sizeLimitBytes + 1 - bytes.count)
            var failed = false
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                let taken = unsafe read(descriptor, buffer.baseAddress, room)
                failed = taken < 0
                count = max(0, taken)
            }
            guard !failed else { throw refused("cannot be read: \(reason())") }
            if chunk.isEmpty { break }
            bytes += chunk
        }
        return bytes
    }

    private static func reason() -> String {
        // strerror's text is valid until the next call on this thread.
        unsafe String(cString: strerror(errno))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Bounded use of `/proc` for what is nice to have; errors read as emptiness.
enum ProcFile {
    /// How much a search may still cost.
    struct Budget {
        private var entries: Int
        private let deadline: Int

        /// A number of directory entries, and a time from now on.
        init(entries: Int, seconds: Int) {
            self.entries = entries
            deadline = Self.now() &+ seconds
        }

        /// Whether the search must end.
        var isSpent: Bool { entries <= 0 || Self.now() > deadline }

        fileprivate mutating func takeOne() -> Bool {
            entries -= 1
            return entries > 0
        }

        private static func now() -> Int {
            var time = timespec()
            // The structure is ours and outlives the call.
            unsafe clock_gettime(CLOCK_MONOTONIC, &time)
            return time.tv_sec
        }
    }

    /// The first bytes of a file.
    static func text(_ path: String, limit: Int) -> String {
        // The path is a C string for the duration of the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 32_768)
        while bytes.count < limit {
            // The array is as long as the length says.
            let count = unsafe read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk.prefix(count))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Gives the calling thread a name that `top -H` shows.
    ///
    /// Only glibc's GNU extensions have a function for it, which
    /// Swift does not import.
    static func nameThisThread(_ name: String) {
        // The path is a C string for the duration of the call.
        let descriptor = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array(name.utf8)
        // The array is as long as the length says. A thread without a name works as well.
        _ = unsafe write(descriptor, bytes, bytes.count)
    }

    /// The names in a directory.
    static func entries(_ path: String, _ budget: inout Budget) -> [String] {
        // The stream is open until the end of this function; an entry is valid until the next one is read.
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while budget.takeOne(), let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            names.append(name)
        }
        return names
    }

    /// What a symbolic link says.
    static func link(_ path: String) -> String {
        var target = [CChar](repeating: 0, count: 64)
        // The array is as long as the length says.
        let count = unsafe readlink(path, &target, target.count)
        guard count > 0 else { return "" }
        return String(decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

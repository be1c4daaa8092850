// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What uname(2) says of the running kernel.
///
/// Views of the reader's arena, good until its next collection.
public struct UnixName {
    /// The kernel's name, `Linux`.
    public let sysname: Bytes
    /// The host's name.
    public let nodename: Bytes
    /// The kernel's release.
    public let release: Bytes
    /// The kernel's build.
    public let version: Bytes
    /// The hardware's name, for example `x86_64`.
    public let machine: Bytes
    /// The NIS domain's name, `(none)` where there is none.
    public let domainname: Bytes

    /// Asks the kernel; nil where the call fails, which it does for no known reason.
    public init?(copiedBy reader: inout KernelFileReader) {
        var names = utsname()
        // The call fills the struct and keeps no pointer.
        guard unsafe uname(&names) == 0 else { return nil }
        sysname = UnixName.copy(names.sysname, &reader)
        nodename = UnixName.copy(names.nodename, &reader)
        release = UnixName.copy(names.release, &reader)
        version = UnixName.copy(names.version, &reader)
        machine = UnixName.copy(names.machine, &reader)
        domainname = UnixName.copy(names.__domainname, &reader)
    }

    /// Copies an array of characters up to its NUL; C's arrays are tuples here.
    private static func copy<Characters: BitwiseCopyable>(
        _ characters: Characters, _ reader: inout KernelFileReader
    ) -> Bytes {
        unsafe withUnsafeBytes(of: characters) { raw -> Bytes in
            guard let start = raw.baseAddress else { return Bytes("") }
            let all = unsafe Bytes(start.assumingMemoryBound(to: UInt8.self), count: raw.count)
            return reader.copy(all.upTo(all.firstIndex(of: 0) ?? all.count))
        }
    }
}

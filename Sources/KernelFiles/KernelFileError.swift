// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Why a kernel file, directory or link could not be read.
public struct KernelFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was tried.
    public enum Operation: String, Sendable {
        case open, read, list, readlink, stat
    }

    /// What was tried.
    public let operation: Operation
    /// The path it was tried on.
    public let path: String
    /// The system's error number (`ENOENT`, `EACCES`, `EIO`, ...).
    public let errno: Int32

    /// An error of `operation` on `path`.
    public init(_ operation: Operation, path: String, errno: Int32) {
        self.operation = operation
        self.path = path
        self.errno = errno
    }

    /// True where the thing is not there: the file, its directory or its device does not exist (any more).
    public var isMissing: Bool {
        errno == ENOENT || errno == ENOTDIR || errno == ENODEV || errno == ENXIO || errno == ESRCH
    }

    /// True where this user may not.
    public var isPermission: Bool { errno == EACCES || errno == EPERM }

    /// For example `read /proc/stat: Input/output error`.
    public var description: String {
        "\(operation.rawValue) \(path): \(KernelFileError.text(of: errno))"
    }

    /// The C library's sentence for an error number.
    public static func text(of errno: Int32) -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let base = buffer.baseAddress, unsafe strerror_r(errno, base, 128) == 0 else {
                return "error \(errno)"
            }
            return unsafe String(cString: base)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc
public import KernelFiles

/// Why a collector gave nothing in this scrape.
public enum CollectorError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A kernel file could not be read.
    case file(KernelFileError)
    /// A file's content is not what the kernel documents; `what` says which part, cut to 64 bytes.
    case malformed(path: String, what: String)
    /// A system call failed.
    case system(call: String, errno: Int32)
    /// A thread of an earlier scrape still hangs in what this collector needs.
    case busy(String)
    /// A file in which the kernel always has something has nothing.
    case empty(path: String)
    /// Items were lost and nothing was left to show: what was said of the first, and whether all of them were refused.
    case nothingLeft(firstLoss: String, isPermission: Bool)
    /// Anything else, in one sentence.
    case other(String)

    /// A malformed part of a file, quoted.
    public static func malformed(_ path: String, _ part: Bytes) -> CollectorError {
        .malformed(path: path, what: part.upTo(64).text)
    }

    /// True where this user may not read what the collector needs.
    public var isPermission: Bool {
        switch self {
        case .file(let error): error.isPermission
        case .nothingLeft(_, let isPermission): isPermission
        default: false
        }
    }

    /// One line for a person.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .malformed(let path, let what): "\(path): unexpected content \"\(what)\""
        case .system(let call, let errno): "\(call): \(KernelFileError.text(of: errno))"
        case .busy(let what): "\(what) has not answered yet"
        case .empty(let path): "\(path) is empty"
        case .nothingLeft(let firstLoss, _): firstLoss
        case .other(let text): text
        }
    }
}

extension CollectorError {
    /// What came of reading a file; a thread of another collector that hangs in a shared one makes it busy.
    init(_ error: KernelFileError, _ file: KernelFile) {
        self = file.isShared && error.errno == EBUSY ? .busy(file.path) : .file(error)
    }
}

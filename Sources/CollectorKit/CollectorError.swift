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
    /// Anything else, in one sentence.
    case other(String)

    /// A malformed part of a file, quoted.
    public static func malformed(_ path: String, _ part: Bytes) -> CollectorError {
        .malformed(path: path, what: part.upTo(64).text)
    }

    /// True where this user may not read what the collector needs.
    public var isPermission: Bool {
        if case .file(let error) = self { return error.isPermission }
        return false
    }

    /// One line for a person.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .malformed(let path, let what): "\(path): unexpected content \"\(what)\""
        case .system(let call, let errno): "\(call): \(KernelFileError.text(of: errno))"
        case .busy(let what): "\(what) has not answered yet"
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

extension KernelFileReader {
    /// The whole content of a kept file.
    public mutating func read(_ file: KernelFile) throws(CollectorError) -> Bytes {
        do throws(KernelFileError) { return try contents(of: file) } catch { throw CollectorError(error, file) }
    }

    /// The whole content of a kept file; nil where the file or its device is not there.
    public mutating func readIfPresent(_ file: KernelFile) throws(CollectorError) -> Bytes? {
        do throws(KernelFileError) {
            return try contents(of: file)
        } catch {
            if error.isMissing { return nil }
            throw CollectorError(error, file)
        }
    }

    /// The whole content of a file that is read once in a while; nil where it is not there.
    public mutating func readIfPresent(path: String) throws(CollectorError) -> Bytes? {
        do throws(KernelFileError) {
            return try contents(ofPath: path)
        } catch {
            if error.isMissing { return nil }
            throw .file(error)
        }
    }

    /// The names in a kept directory; nil where it is not there.
    public mutating func listIfPresent(_ directory: KernelDirectory) throws(CollectorError) -> DirectoryListing? {
        do throws(KernelFileError) {
            return try list(directory)
        } catch {
            if error.isMissing { return nil }
            throw .file(error)
        }
    }
}

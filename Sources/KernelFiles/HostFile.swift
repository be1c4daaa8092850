// SPDX-License-Identifier: Apache-2.0

import CKernel
import Glibc

/// A file of the host below `--path.rootfs`, in which a link means the host's root, as it does on the host.
///
/// openat2(2) resolves the path, and where a kernel before 5.6 or a sandbox has no such call, the links are followed one
/// by one. Nothing is kept open: the host's file systems can be unmounted.
public struct HostFile: Sendable {
    /// As many links as the kernel follows before it takes them for a circle.
    private static let linkLimit = 40

    /// The path below rootfs with rootfs before it, for messages.
    public let path: String
    private let root: String
    private let inner: String

    /// A file by its absolute path on the host, such as `/etc/os-release`.
    public init(_ path: String, in roots: Roots) {
        self.path = roots.host(path)
        root = roots.rootfs
        inner = path
    }

    /// What stat(2) says of the file that the path leads to; nil where it cannot be had.
    public var stamp: FileStamp? {
        guard !root.isEmpty else { return FileStamp(path: path) }
        // Why there is none is said by who reads the file.
        guard let descriptor = try? open() else { return nil }
        defer { _ = close(descriptor) }
        return try? FileStamp.of(descriptor: descriptor, path: RawPath(path))
    }

    /// Opens the file that the path leads to.
    func open() throws(KernelFileError) -> Int32 {
        guard !root.isEmpty else { return try KeptDescriptor.open(path) }
        // The call keeps no pointer.
        let opened = unsafe ckernel_open_in_root(root, inner)
        if opened >= 0 { return opened }
        switch errno {
        // No such call, one that a sandbox forbids, and folders that are moved meanwhile.
        case ENOSYS, EPERM, EAGAIN, EINTR: return try KeptDescriptor.open(try resolved())
        default: throw KernelFileError(.open, path: path, errno: errno)
        }
    }

    /// The path in this process's root, without links: for libraries that open it themselves.
    ///
    /// A last part that is not there stays as it is.
    public func resolved() throws(KernelFileError) -> String {
        guard !root.isEmpty else { return path }
        var open = HostFile.parts(of: inner)
        var walked: [String] = []
        var linkCount = 0
        while let part = open.popLast() {
            if part == ".." {
                // Above the root there is nothing.
                _ = walked.popLast()
                continue
            }
            let here = root + "/" + (walked + [part]).joined(separator: "/")
            guard let target = HostFile.target(of: here) else {
                walked.append(part)
                continue
            }
            linkCount += 1
            guard linkCount <= HostFile.linkLimit else { throw KernelFileError(.open, path: path, errno: ELOOP) }
            if target.hasPrefix("/") { walked = [] }
            open += HostFile.parts(of: target)
        }
        return root + "/" + walked.joined(separator: "/")
    }

    /// The names in a path, the last one first.
    private static func parts(of path: String) -> [String] {
        path.split(separator: "/").filter { $0 != "." }.reversed().map(String.init)
    }

    /// Where a link leads; nil for what is no link.
    private static func target(of path: String) -> String? {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4_096) { buffer -> String? in
            guard let start = buffer.baseAddress else { return nil }
            let length = unsafe UnsafeMutableRawPointer(start).withMemoryRebound(to: CChar.self, capacity: 4_096) {
                unsafe readlink(path, $0, 4_096)
            }
            guard length >= 0 else { return nil }
            return unsafe String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self)
        }
    }
}

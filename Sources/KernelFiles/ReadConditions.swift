// SPDX-License-Identifier: Apache-2.0

/// How reads of kernel files behave: as the kernel has it, or as a test wants it.
public struct ReadConditions: Sendable {
    /// The most bytes that one read(2) gives.
    public var longestRead: Int
    /// Asked before each file or directory is read: the error number that the read is to fail with, 0 for none.
    ///
    /// It may also keep the thread, as a driver that does not answer does.
    public var failure: (@Sendable (_ path: String) -> Int32)?

    /// As the kernel has it.
    public static let kernel = ReadConditions()

    /// Conditions of a test.
    public init(longestRead: Int = .max, failure: (@Sendable (_ path: String) -> Int32)? = nil) {
        self.longestRead = max(1, longestRead)
        self.failure = failure
    }

    /// Throws where reads of this path are to fail.
    @inline(__always)
    func check(_ path: String, _ operation: KernelFileError.Operation = .read) throws(KernelFileError) {
        guard let failure else { return }
        let errno = failure(path)
        if errno != 0 { throw KernelFileError(operation, path: path, errno: errno) }
    }
}

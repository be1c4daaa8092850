// SPDX-License-Identifier: Apache-2.0

/// An answer of the kernel that could not be read whole: which step failed and the reason.
public struct NetlinkError: Error, Equatable, Sendable {
    /// The part of the kernel that was asked.
    public let family: NetlinkFamily

    /// The step that failed: a system call's name, or `reply` where the kernel's answer itself is the reason.
    public let operation: String

    /// The reason as an errno value: `ETIMEDOUT` where the kernel stayed silent, `EBADMSG` where its answer lies
    /// about its own lengths, otherwise what the kernel gave.
    public let errno: Int32

    /// Names a failed step and its reason.
    public init(operation: String, errno: Int32, family: NetlinkFamily = .route) {
        self.family = family
        self.operation = operation
        self.errno = errno
    }
}

extension NetlinkError: CustomStringConvertible {
    /// One line for a log: `rtnetlink recv: error 110`.
    public var description: String { "\(family.name) \(operation): error \(errno)" }
}

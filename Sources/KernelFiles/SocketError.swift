// SPDX-License-Identifier: Apache-2.0

/// A system call on a socket that failed, and why.
public struct SocketError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The system call.
    public enum Call: String, Sendable {
        case socket, setsockopt, connect, send, recv
    }

    /// The system call that failed.
    public let call: Call
    /// The system's error number: `ETIMEDOUT` where the deadline has passed, `EMSGSIZE` where more came than was to be
    /// received, `EINVAL` for an address that is none.
    public let errno: Int32

    /// An error of a call.
    public init(_ call: Call, errno: Int32) {
        self.call = call
        self.errno = errno
    }

    /// For example `connect: Connection refused`.
    public var description: String { "\(call.rawValue): \(KernelFileError.text(of: errno))" }
}

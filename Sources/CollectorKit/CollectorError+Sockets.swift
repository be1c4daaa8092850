// SPDX-License-Identifier: Apache-2.0

import Glibc
public import KernelFiles

extension CollectorError {
    /// What an answer of netlink that could not be read is to a collector: for example `rtnetlink recv: Connection
    /// timed out`.
    public init(_ error: NetlinkError) {
        self = .system(call: "\(error.family.name) \(error.operation)", errno: error.errno)
    }

    /// True where a socket is refused: by a sandbox or a security module, or because this kernel does not have what is
    /// asked.
    ///
    /// Files of /proc may have the same.
    public var isRefusedSocket: Bool {
        guard case .system(_, let errno) = self else { return false }
        return [EAFNOSUPPORT, EPROTONOSUPPORT, EPERM, EACCES, ENOSYS, EOPNOTSUPP].contains(errno)
    }

    /// What a failed question to a daemon is to a collector, with the daemon's name: for example `supervisord connect:
    /// Connection refused`.
    public init(_ error: SocketError, asking daemon: String) {
        self = .system(call: "\(daemon) \(error.call.rawValue)", errno: error.errno)
    }
}

// SPDX-License-Identifier: Apache-2.0

public import KernelFiles

extension CollectorError {
    /// What an answer of netlink that could not be read is to a collector: for example `rtnetlink recv: Connection
    /// timed out`.
    public init(_ error: NetlinkError) {
        self = .system(call: "\(error.family.name) \(error.operation)", errno: error.errno)
    }

    /// What a failed question to a daemon is to a collector, with the daemon's name: for example `supervisord connect:
    /// Connection refused`.
    public init(_ error: SocketError, asking daemon: String) {
        self = .system(call: "\(daemon) \(error.call.rawValue)", errno: error.errno)
    }
}

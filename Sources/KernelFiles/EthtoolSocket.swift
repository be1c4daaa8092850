// SPDX-License-Identifier: Apache-2.0

import CKernel
import Glibc

/// A socket by which the drivers of network interfaces are asked (`SIOCETHTOOL`).
///
/// A driver that hangs keeps the caller. It shows the network namespace in which it was made. Source:
/// include/uapi/linux/ethtool.h.
public struct EthtoolSocket: ~Copyable {
    private let descriptor: Int32
    /// Why there is no socket; 0 where there is one.
    private let failure: Int32

    /// Opens a socket of whatever family there is.
    public init() {
        let flags = Int32(SOCK_CLOEXEC.rawValue)
        var opened = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | flags, 0)
        // Any socket will do; kernels without IPv4 have netlink.
        if opened < 0 { opened = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | flags, NetlinkFamily.generic.rawValue) }
        descriptor = opened
        failure = opened < 0 ? errno : 0
    }

    deinit {
        if descriptor >= 0 { _ = close(descriptor) }
    }

    /// Gives a driver the command that stands in the memory, in whose place the answer is written; 0, or an errno:
    /// `EOPNOTSUPP` where the driver has none of that, `ENODEV` where there is no such interface.
    public func ask(_ interface: String, _ command: inout PageMemory) -> Int32 {
        guard descriptor >= 0 else { return failure }
        // The kernel writes to the memory alone: what is behind it cannot be written.
        return unsafe command.withPointer { pointer in
            unsafe interface.withCString { unsafe ckernel_ethtool(descriptor, $0, pointer) }
        } ?? EFAULT
    }
}

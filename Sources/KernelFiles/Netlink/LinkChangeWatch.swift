// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Hears whether an interface came, went or changed since somebody last asked.
///
/// A kept socket in the kernel's group for links; what it is told is thrown away, because only that something was said
/// matters. Never waits. Source: rtnetlink(7), `RTMGRP_LINK`.
public struct LinkChangeWatch: ~Copyable, Sendable {
    /// Messages that are looked at in one go; when there are more, the next look finds the rest.
    private static let messageLimit = 64

    private var descriptor: Int32 = -1

    /// Opens nothing yet.
    public init() {}

    deinit {
        if descriptor >= 0 { _ = close(descriptor) }
    }

    /// True where something may have changed since the last call, as at the first one and after any error.
    public mutating func hasChanged() -> Bool {
        if descriptor < 0 {
            open()
            return true
        }
        var heard = false
        var byte: UInt8 = 0
        for _ in 0..<Self.messageLimit {
            // The pointer does not outlive the call, which writes at most one byte; the rest of the message is dropped.
            let length = unsafe recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT))
            if length >= 0 {
                heard = true
                continue
            }
            switch errno {
            case EAGAIN: return heard
            case EINTR, ENOBUFS: heard = true
            default:
                _ = close(descriptor)
                descriptor = -1
                return true
            }
        }
        return true
    }

    private mutating func open() {
        let kind = Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue)
        let opened = socket(AF_NETLINK, kind, NetlinkNumber.routeProtocol)
        guard opened >= 0 else { return }
        // Room for one message is enough, and what nobody reads must not pile up in the kernel.
        var room: Int32 = 1
        // The pointer does not outlive the call, and the size is that of the value it points to.
        _ = unsafe setsockopt(opened, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size))
        // struct sockaddr_nl as three words: family and padding, port, groups.
        var address: (UInt32, UInt32, UInt32) = (UInt32(AF_NETLINK).littleEndian, 0, NetlinkNumber.linkGroup)
        // As above.
        let result = unsafe withUnsafeBytes(of: &address) { bytes in
            unsafe bind(opened, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        guard result == 0 else {
            _ = close(opened)
            return
        }
        descriptor = opened
    }
}

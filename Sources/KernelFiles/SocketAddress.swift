// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Where a socket connects to.
///
/// Hosts are given by address, or as `localhost`, which is 127.0.0.1: a resolver knows no deadline and would be asked
/// over the network.
public enum SocketAddress: Sendable, Equatable {
    /// A stream to a UNIX socket in the file system; at most 107 bytes.
    case unix(path: String)
    /// A TCP connection.
    case tcp(host: String, port: UInt16)
    /// UDP datagrams to and from one peer.
    case udp(host: String, port: UInt16)

    /// True where each send and receive is one datagram.
    var isDatagram: Bool {
        if case .udp = self { return true }
        return false
    }

    /// True for an IPv6 address, which alone has colons.
    var isIPv6: Bool {
        switch self {
        case .unix: false
        case .tcp(let host, _), .udp(let host, _): host.utf8.contains(UInt8(ascii: ":"))
        }
    }

    /// Calls `body` with the address as connect(2) takes it, and its address family; nil where it is none.
    func withPointer<Result>(_ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result? {
        switch self {
        case .unix(let path): SocketAddress.unixAddress(path).map { unsafe SocketAddress.call(body, AF_UNIX, $0) }
        case .tcp(let host, let port), .udp(let host, let port):
            if let address = SocketAddress.ipv4Address(host, port) {
                unsafe SocketAddress.call(body, AF_INET, address)
            } else {
                SocketAddress.ipv6Address(host, port).map { unsafe SocketAddress.call(body, AF_INET6, $0) }
            }
        }
    }

    private static func call<Address, Result>(
        _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Result, _ family: Int32, _ address: Address
    ) -> Result {
        unsafe withUnsafePointer(to: address) { pointer in
            // All kinds of addresses begin with the family and are told apart by it.
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body(family, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    private static func unixAddress(_ path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        return unsafe withUnsafeMutableBytes(of: &address.sun_path) { room -> Bool in
            // A NUL ends the path, and there must be room for it.
            guard !bytes.isEmpty, bytes.count < room.count, !bytes.contains(0) else { return false }
            unsafe room.copyBytes(from: bytes)
            return true
        } ? address : nil
    }

    private static func ipv4Address(_ host: String, _ port: UInt16) -> sockaddr_in? {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        // The call writes the number and keeps no pointer.
        let isAddress = unsafe inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host, &address.sin_addr)
        return isAddress == 1 ? address : nil
    }

    private static func ipv6Address(_ host: String, _ port: UInt16) -> sockaddr_in6? {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        // As above.
        return unsafe inet_pton(AF_INET6, host, &address.sin6_addr) == 1 ? address : nil
    }
}

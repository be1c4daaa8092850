// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A connected socket whose every call waits, but never longer than its deadline.
///
/// For a collector that asks a daemon of this host a short question, in a thread that may wait. Deadlines are in
/// nanoseconds of CLOCK_MONOTONIC, as `now` has them; the kernel wakes a call up to a timer tick (at most 10 ms) late.
/// The socket is closed at the end of its life.
public struct BlockingSocket: ~Copyable, Sendable {
    /// Where it is connected to.
    public let address: SocketAddress

    private let descriptor: Int32

    /// Nanoseconds of CLOCK_MONOTONIC, to which deadlines are added.
    public static var now: UInt64 {
        var now = timespec()
        // The call fills the struct and keeps no pointer.
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
    }

    /// Connects; for UDP nothing is sent yet.
    public init(connectedTo address: SocketAddress, deadline: UInt64) throws(SocketError) {
        let kind = address.isDatagram ? SOCK_DGRAM : SOCK_STREAM
        let result = unsafe address.withPointer { family, pointer, size -> Result<Int32, SocketError> in
            let opened = Glibc.socket(family, Int32(kind.rawValue | SOCK_CLOEXEC.rawValue), 0)
            guard opened >= 0 else { return .failure(SocketError(.socket, errno: errno)) }
            do throws(SocketError) {
                try unsafe BlockingSocket.connect(opened, pointer, size, deadline)
            } catch {
                _ = close(opened)
                return .failure(error)
            }
            return .success(opened)
        }
        guard let result else { throw SocketError(.connect, errno: EINVAL) }
        descriptor = try result.get()
        self.address = address
    }

    deinit {
        _ = close(descriptor)
    }

    /// Sends all bytes, as one datagram where the address is UDP's.
    public func send(_ bytes: [UInt8], deadline: UInt64) throws(SocketError) {
        var sent = 0
        repeat {
            try BlockingSocket.limit(descriptor, SO_SNDTIMEO, .send, deadline)
            // The pointer does not outlive the call, which reads no further than the array reaches.
            let result = unsafe bytes.withUnsafeBytes { all in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: all.dropFirst(sent))
                return unsafe Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            if result < 0 {
                if errno == EINTR { continue }
                throw SocketError(.send, errno: errno == EAGAIN ? ETIMEDOUT : errno)
            }
            sent += result
        } while sent < bytes.count
    }

    /// Has what is sent go no further than a number of hops, 1 to 255: 1 does not leave the local network.
    public func limitHops(to hops: Int) throws(SocketError) {
        var hops = Int32(clamping: hops)
        let isIPv6 = address.isIPv6
        // The pointer does not outlive the call, and the size is that of the value it points to.
        let result = unsafe setsockopt(
            descriptor, Int32(isIPv6 ? IPPROTO_IPV6 : IPPROTO_IP), isIPv6 ? IPV6_UNICAST_HOPS : IP_TTL, &hops,
            socklen_t(MemoryLayout<Int32>.size))
        guard result == 0 else { throw SocketError(.setsockopt, errno: errno) }
    }

    /// Receives what has come, or waits until something does, and appends it to `bytes`: at most `limit` bytes of a
    /// stream, or one datagram, which is lost with `EMSGSIZE` where it is longer.
    ///
    /// Answers how many bytes came: 0 at the end of a stream, or for an empty datagram.
    @discardableResult
    public func receive(atMost limit: Int, into bytes: inout [UInt8], deadline: UInt64) throws(SocketError) -> Int {
        let limit = max(0, limit)
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: limit))
        var received = 0
        defer { bytes.removeLast(limit - received) }
        while true {
            try BlockingSocket.limit(descriptor, SO_RCVTIMEO, .recv, deadline)
            let flags = address.isDatagram ? Int32(MSG_TRUNC) : 0
            // The pointer does not outlive the call, which writes no further than the array reaches.
            let result = unsafe bytes.withUnsafeMutableBytes { all in
                let room = unsafe UnsafeMutableRawBufferPointer(rebasing: all.dropFirst(start))
                return unsafe recv(descriptor, room.baseAddress, room.count, flags)
            }
            if result < 0 {
                if errno == EINTR { continue }
                throw SocketError(.recv, errno: errno == EAGAIN ? ETIMEDOUT : errno)
            }
            guard result <= limit else { throw SocketError(.recv, errno: EMSGSIZE) }
            received = result
            return result
        }
    }

    /// Receives a stream to its end; one of more than `limit` bytes is `EMSGSIZE`.
    public func receiveAll(atMost limit: Int, deadline: UInt64) throws(SocketError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            // One byte more than may come, so that a stream of just the limit still finds its end.
            let room = min(16_384, limit - bytes.count + 1)
            if try receive(atMost: room, into: &bytes, deadline: deadline) == 0 { return bytes }
            guard bytes.count <= limit else { throw SocketError(.recv, errno: EMSGSIZE) }
        }
    }

    private static func connect(
        _ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ size: socklen_t, _ deadline: UInt64
    ) throws(SocketError) {
        while true {
            try limit(descriptor, SO_SNDTIMEO, .connect, deadline)
            if unsafe Glibc.connect(descriptor, address, size) == 0 { return }
            switch errno {
            // Another call waits for the connection that was begun.
            case EINTR: continue
            case EISCONN: return
            case EAGAIN, EINPROGRESS, EALREADY: throw SocketError(.connect, errno: ETIMEDOUT)
            default: throw SocketError(.connect, errno: errno)
            }
        }
    }

    /// Lets calls of a direction wait until the deadline, which must not have passed.
    private static func limit(
        _ descriptor: Int32, _ option: Int32, _ call: SocketError.Call, _ deadline: UInt64
    ) throws(SocketError) {
        let now = now
        guard now < deadline else { throw SocketError(call, errno: ETIMEDOUT) }
        // A day is longer than anybody waits; zero would be for ever.
        let microseconds = min(max((deadline - now) / 1_000, 1), 86_400_000_000)
        var time = timeval(tv_sec: Int(microseconds / 1_000_000), tv_usec: Int(microseconds % 1_000_000))
        // The pointer does not outlive the call, and the size is that of the value it points to.
        let result = unsafe setsockopt(
            descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        guard result == 0 else { throw SocketError(.setsockopt, errno: errno) }
    }
}

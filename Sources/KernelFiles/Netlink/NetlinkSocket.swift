// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A kept netlink socket that asks one part of the kernel and reads its whole answer into a table.
///
/// The socket is opened at the first request, and again at the next one after an error. A request that is kept, into a
/// table that is kept, allocates nothing in the steady state. Silence of the kernel ends a request after a quarter of a
/// second; the lock that guards the asked list can be held longer by others, and then the call waits in the kernel as
/// any reader of sysfs would. It shows the network namespace in which the socket was opened.
///
/// Requests may be sent more than once, so only those that change nothing belong here. Source: netlink(7), kernel
/// Documentation/userspace-api/netlink/intro.rst.
public struct NetlinkSocket: ~Copyable, Sendable {
    /// Attempts after the first where the list changed during a dump, or where the buffer was too small.
    private static let retryLimit = 3
    private static let silenceLimitMicroseconds = 250_000
    private static let initialBufferSize = 32 * 1024
    private static let largestBufferSize = 4 * 1024 * 1024
    /// A bound on datagrams of one answer, far above what 100,000 interfaces need, so that no peer can keep us for ever.
    private static let datagramLimit = 65_536

    /// The part of the kernel that is asked.
    public let family: NetlinkFamily

    private var descriptor: Int32
    private var sequence: UInt32 = 0
    private var message: [UInt8] = []
    private var buffer: [UInt8] = []

    /// Opens nothing yet.
    public init(family: NetlinkFamily) {
        self.init(family: family, descriptor: -1)
    }

    /// Takes over a datagram socket that answers like the kernel; for tests.
    init(family: NetlinkFamily, descriptor: Int32) {
        self.family = family
        self.descriptor = descriptor
    }

    deinit {
        if descriptor >= 0 { _ = close(descriptor) }
    }

    /// Whether a socket is open and kept for the next request.
    public var isOpen: Bool { descriptor >= 0 }

    /// Replaces the table's content with all that the kernel has of what is asked for (`NLM_F_DUMP`).
    ///
    /// Asked for again where the list changed meanwhile (`NLM_F_DUMP_INTR`) or a datagram did not fit. After an error
    /// the table is empty.
    public mutating func dump<Table: NetlinkTable>(
        _ request: borrowing NetlinkRequest, into table: inout Table
    ) throws(NetlinkError) {
        try ask(request, flags: NetlinkNumber.dumpFlag, end: .done, into: &table)
    }

    /// Replaces the table's content with the answer to a request for one thing (`NLM_F_ACK`).
    ///
    /// What the kernel refuses is an error with its number, for example `ENODEV` or `ENOENT` where the thing is not
    /// there. After an error the table is empty.
    public mutating func get<Table: NetlinkTable>(
        _ request: borrowing NetlinkRequest, into table: inout Table
    ) throws(NetlinkError) {
        try ask(request, flags: NetlinkNumber.acknowledgeFlag, end: .acknowledgement, into: &table)
    }

    private mutating func ask<Table: NetlinkTable>(
        _ request: borrowing NetlinkRequest, flags: UInt16, end: NetlinkReply.End, into table: inout Table
    ) throws(NetlinkError) {
        var retries = 0
        while true {
            table.removeAll()
            do throws(NetlinkError) {
                let isInterrupted = try exchange(request, flags: flags, end: end, into: &table)
                guard isInterrupted else { return }
                if retries == Self.retryLimit {
                    table.markInconsistent()
                    return
                }
            } catch {
                // What is left of this answer must not be read as the next one's.
                closeDescriptor()
                table.removeAll()
                let isWorthAnother = error.errno == ENOBUFS || error.errno == EMSGSIZE
                guard isWorthAnother, request.isValid, retries < Self.retryLimit else { throw error }
            }
            retries += 1
        }
    }

    /// Sends the request and reads the whole answer; true where the list changed meanwhile.
    private mutating func exchange<Table: NetlinkTable>(
        _ request: borrowing NetlinkRequest, flags: UInt16, end: NetlinkReply.End, into table: inout Table
    ) throws(NetlinkError) -> Bool {
        guard request.isValid else { throw NetlinkError(operation: "send", errno: EMSGSIZE, family: family) }
        if descriptor < 0 { try openDescriptor() }
        if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: Self.initialBufferSize) }
        sequence &+= 1
        request.write(flags: flags, sequence: sequence, to: &message)
        try sendMessage()
        var reply = NetlinkReply(sequence: sequence, end: end)
        for _ in 0..<Self.datagramLimit {
            let length = try receiveDatagram()
            // Bytes of a UInt8 array are all initialised, and the length was checked against the array's.
            unsafe reply.read(buffer.span.extracting(first: length).bytes, into: &table)
            switch reply.state {
            case .running: continue
            case .complete: return reply.isInterrupted
            case .failed(let errno): throw NetlinkError(operation: "reply", errno: errno, family: family)
            }
        }
        throw NetlinkError(operation: "reply", errno: EOVERFLOW, family: family)
    }

    private func sendMessage() throws(NetlinkError) {
        while true {
            // The pointer does not outlive the call, which reads as many bytes as the array has.
            let sent = unsafe message.withUnsafeBytes { bytes in
                unsafe send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            if sent == message.count { return }
            let reason = sent < 0 ? errno : EMSGSIZE
            guard reason == EINTR else { throw NetlinkError(operation: "send", errno: reason, family: family) }
        }
    }

    /// Reads the kernel's next datagram into the buffer and answers its length.
    ///
    /// A datagram that does not fit is lost; the buffer is then large enough for the next attempt.
    private mutating func receiveDatagram() throws(NetlinkError) -> Int {
        while true {
            let (length, sender) = receiveOnce()
            if length < 0 {
                let reason = errno
                if reason == EINTR { continue }
                throw NetlinkError(
                    operation: "recv", errno: reason == EAGAIN ? ETIMEDOUT : reason, family: family)
            }
            // Other processes may write to us too, where they have the capability; only port 0 is the kernel.
            guard sender == 0 else { continue }
            guard length <= buffer.count else {
                let size = min(max(length, buffer.count &* 2), Self.largestBufferSize)
                buffer = [UInt8](repeating: 0, count: size)
                throw NetlinkError(operation: "recv", errno: EMSGSIZE, family: family)
            }
            guard length > 0 else { throw NetlinkError(operation: "recv", errno: EBADMSG, family: family) }
            return length
        }
    }

    /// One call of recvfrom: the datagram's real length even if it did not fit, and the port of its sender.
    private mutating func receiveOnce() -> (length: Int, sender: UInt32) {
        let descriptor = descriptor
        // struct sockaddr_nl as three words: family and padding, port, groups.
        var sender: (UInt32, UInt32, UInt32) = (0, 0, 0)
        var senderSize = socklen_t(12)
        // The pointers do not outlive the call, which writes no more than the sizes given with them.
        let length = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe withUnsafeMutableBytes(of: &sender) { address in
                unsafe recvfrom(
                    descriptor,
                    bytes.baseAddress,
                    bytes.count,
                    Int32(MSG_TRUNC),
                    address.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                    &senderSize
                )
            }
        }
        return (length, sender.1)
    }

    private mutating func openDescriptor() throws(NetlinkError) {
        let kind = Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue)
        let opened = socket(AF_NETLINK, kind, family.rawValue)
        guard opened >= 0 else { throw NetlinkError(operation: "socket", errno: errno, family: family) }
        var limit = timeval(tv_sec: 0, tv_usec: Self.silenceLimitMicroseconds)
        // The pointer does not outlive the call, and the size is that of the value it points to.
        let result = unsafe setsockopt(
            opened,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &limit,
            socklen_t(MemoryLayout<timeval>.size)
        )
        guard result == 0 else {
            let error = NetlinkError(operation: "setsockopt", errno: errno, family: family)
            _ = close(opened)
            throw error
        }
        if family == .route { askForStrictChecks(of: opened) }
        descriptor = opened
    }

    /// Makes rtnetlink heed the filters of a dump.
    ///
    /// Kernels before 4.20 refuse it and then ignore what they do not know in a request, which serves us as well.
    private func askForStrictChecks(of descriptor: Int32) {
        var isStrict: Int32 = 1
        // The pointer does not outlive the call, and the size is that of the value it points to.
        _ = unsafe setsockopt(
            descriptor,
            NetlinkNumber.optionLevel,
            NetlinkNumber.strictCheckOption,
            &isStrict,
            socklen_t(MemoryLayout<Int32>.size)
        )
    }

    private mutating func closeDescriptor() {
        if descriptor >= 0 { _ = close(descriptor) }
        descriptor = -1
    }
}

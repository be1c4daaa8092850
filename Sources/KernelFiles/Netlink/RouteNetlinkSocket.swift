// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A kept rtnetlink socket that dumps the kernel's links, their counters, addresses and neighbours.
///
/// The socket is opened at the first dump, and again at the next one after an error. A dump into a kept table allocates
/// nothing in the steady state. Silence of the kernel ends a dump after a quarter of a second; the lock that guards the
/// links can be held longer by others, and then the call waits in the kernel as any reader of sysfs would. It shows
/// the network namespace in which the socket was opened. Cost: about 4 µs for each
/// interface, nearly all of it the kernel's.
///
/// Source: rtnetlink(7), `RTM_GETLINK`, `RTM_GETSTATS`, `RTM_GETADDR` and `RTM_GETNEIGH`.
public struct RouteNetlinkSocket: ~Copyable, Sendable {
    /// Attempts after the first where the list changed during the dump, or where the buffer was too small.
    private static let retryLimit = 3
    private static let silenceLimitMicroseconds = 250_000
    private static let initialBufferSize = 32 * 1024
    private static let largestBufferSize = 4 * 1024 * 1024
    /// A bound on datagrams of one dump, far above what 100,000 interfaces need, so that no peer can keep us for ever.
    private static let datagramLimit = 65_536

    private var descriptor: Int32
    private var sequence: UInt32 = 0
    private var request: [UInt8] = []
    private var buffer: [UInt8] = []

    /// Opens nothing yet.
    public init() {
        self.init(descriptor: -1)
    }

    /// Takes over a datagram socket that answers like the kernel; for tests.
    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        if descriptor >= 0 { _ = close(descriptor) }
    }

    /// Whether a socket is open and kept for the next dump.
    public var isOpen: Bool { descriptor >= 0 }

    /// Replaces the table's content with the host's interfaces, in its network namespace.
    ///
    /// Without statistics the kernel leaves out a quarter of the bytes, which saves a few percent of the time; kernels
    /// up to 6.18 at least send the counters of `Link` all the same and save those of IPv6 only.
    ///
    /// After an error the table is empty.
    public mutating func dumpLinks(
        into table: inout LinkTable,
        withStatistics: Bool = true
    ) throws(NetlinkError) {
        try dump(.links(withStatistics: withStatistics), into: &table)
    }

    /// Replaces the table's content with the counters of the host's interfaces, and nothing else of them.
    ///
    /// A tenth of the work of a dump of links, for the kernel and for us. Kernels before 4.7 refuse it.
    /// After an error the table is empty.
    public mutating func dumpStatistics(into table: inout LinkStatisticsTable) throws(NetlinkError) {
        try dump(.statistics, into: &table)
    }

    /// Replaces the table's content with the IPv4 and IPv6 addresses of all interfaces.
    ///
    /// After an error the table is empty.
    public mutating func dumpAddresses(into table: inout AddressTable) throws(NetlinkError) {
        try dump(.addresses, into: &table)
    }

    /// Replaces the table's content with one family's neighbours on all interfaces.
    ///
    /// After an error the table is empty.
    public mutating func dumpNeighbours(
        _ family: AddressFamily,
        into table: inout NeighbourTable
    ) throws(NetlinkError) {
        try dump(.neighbours(family), into: &table)
    }

    mutating func dump<Table: RouteTable>(_ wanted: RouteRequest, into table: inout Table) throws(NetlinkError) {
        var retries = 0
        while true {
            table.removeAll()
            do throws(NetlinkError) {
                let isInterrupted = try exchange(wanted, into: &table)
                guard isInterrupted else { return }
                if retries == Self.retryLimit {
                    table.settleForInconsistent()
                    return
                }
            } catch {
                // What is left of this answer must not be read as the next one's.
                closeDescriptor()
                table.removeAll()
                let isWorthAnother = error.errno == ENOBUFS || error.errno == EMSGSIZE
                guard isWorthAnother, retries < Self.retryLimit else { throw error }
            }
            retries += 1
        }
    }

    /// Sends the request and reads the whole answer; true where the list changed meanwhile.
    private mutating func exchange<Table: RouteTable>(
        _ wanted: RouteRequest,
        into table: inout Table
    ) throws(NetlinkError) -> Bool {
        if descriptor < 0 { try openDescriptor() }
        if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: Self.initialBufferSize) }
        sequence &+= 1
        wanted.write(sequence: sequence, to: &request)
        try sendRequest()
        var reply = DumpReply(sequence: sequence)
        for _ in 0..<Self.datagramLimit {
            let length = try receiveDatagram()
            // Bytes of a UInt8 array are all initialised, and the length was checked against the array's.
            unsafe reply.read(buffer.span.extracting(first: length).bytes, into: &table)
            switch reply.state {
            case .running: continue
            case .complete: return reply.isInterrupted
            case .failed(let errno): throw NetlinkError(operation: "reply", errno: errno)
            }
        }
        throw NetlinkError(operation: "reply", errno: EOVERFLOW)
    }

    private func sendRequest() throws(NetlinkError) {
        while true {
            // The pointer does not outlive the call, which reads as many bytes as the array has.
            let sent = unsafe request.withUnsafeBytes { bytes in
                unsafe send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            if sent == request.count { return }
            guard sent < 0, errno == EINTR else {
                throw sent < 0 ? NetlinkError(failed: "send") : NetlinkError(operation: "send", errno: EMSGSIZE)
            }
        }
    }

    /// Reads the kernel's next datagram into the buffer and answers its length.
    ///
    /// A datagram that does not fit is lost; the buffer is then large enough for the next attempt.
    private mutating func receiveDatagram() throws(NetlinkError) -> Int {
        while true {
            let (length, sender) = receiveOnce()
            if length < 0 {
                switch errno {
                case EINTR: continue
                case EAGAIN: throw NetlinkError(operation: "recv", errno: ETIMEDOUT)
                default: throw NetlinkError(failed: "recv")
                }
            }
            // Other processes may write to us too, where they have the capability; only port 0 is the kernel.
            guard sender == 0 else { continue }
            guard length <= buffer.count else {
                let size = min(max(length, buffer.count &* 2), Self.largestBufferSize)
                buffer = [UInt8](repeating: 0, count: size)
                throw NetlinkError(operation: "recv", errno: EMSGSIZE)
            }
            guard length > 0 else { throw NetlinkError(operation: "recv", errno: EBADMSG) }
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
        let opened = socket(AF_NETLINK, kind, NetlinkNumber.routeProtocol)
        guard opened >= 0 else { throw NetlinkError(failed: "socket") }
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
            let error = NetlinkError(failed: "setsockopt")
            _ = close(opened)
            throw error
        }
        // Kernels before 4.20 refuse it and then ignore what they do not know in a request, which serves us as well.
        var isStrict: Int32 = 1
        // As above.
        _ = unsafe setsockopt(
            opened,
            NetlinkNumber.optionLevel,
            NetlinkNumber.strictCheckOption,
            &isStrict,
            socklen_t(MemoryLayout<Int32>.size)
        )
        descriptor = opened
    }

    private mutating func closeDescriptor() {
        if descriptor >= 0 { _ = close(descriptor) }
        descriptor = -1
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Glibc
import KernelFiles

/// TCP sockets by state.
///
/// Source: sock_diag(7), which costs a small part of what /proc/net/tcp does. It asks the running kernel, whatever
/// --path.procfs is, for the sockets of this process's network namespace.
struct TcpstatCollector: ~Copyable, Collector {
    enum Metric: Int, FamilyKey {
        case states

        var family: MetricFamily {
            .gauge(
                "node_tcp_connection_states", ["state"],
                "TCP sockets in a state; rx_queued_bytes and tx_queued_bytes are all sockets' queues, listening ones counted in connections."
            )
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "tcpstat", group: .network, isDefault: false, help: "TCP sockets by state.",
        reads: ["sock_diag for TCP over IPv4 and IPv6"], lane: .own, shareNanoseconds: 2_000_000_000)

    /// By the kernel's number of the state.
    private static let names: [StaticString] = [
        "unknown", "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2", "time_wait", "close", "close_wait",
        "last_ack", "listen", "closing",
    ]

    private var dump = TCPSocketDump()
    private var ipv4 = TCPSocketCounts()
    private var ipv6 = TCPSocketCounts()

    init(context: CollectorContext) {}

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        do throws(NetlinkError) {
            try dump.count(.ipv4, into: &ipv4)
            try dump.count(.ipv6, into: &ipv6)
        } catch {
            guard error.operation == "reply", error.errno == ENOENT else { throw CollectorError(error) }
            return .noKernelFeature("this kernel shows no TCP sockets by sock_diag: tcp_diag is not loaded")
        }
        for (state, name) in Self.names.enumerated() {
            let count = ipv4.byState[state] &+ ipv6.byState[state]
            if count > 0 { writer.write(.states, .none, extra: ("state", name), count) }
        }
        if ipv4.total &+ ipv6.total > 0 {
            writer.write(
                .states, .none, extra: ("state", "rx_queued_bytes"), ipv4.receiveQueue &+ ipv6.receiveQueue)
            writer.write(.states, .none, extra: ("state", "tx_queued_bytes"), ipv4.sendQueue &+ ipv6.sendQueue)
        }
        for _ in 0..<(ipv4.malformedCount + ipv6.malformedCount) { writer.loseItem("a socket's sock_diag message") }
        return .available
    }
}

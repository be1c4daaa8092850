// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Bytes that wait in the queues of all UDP sockets.
///
/// Source: /proc/net/udp and /proc/net/udp6, proc(5).
struct UDPQueuesCollector: Collector {
    enum Metric: Int, FamilyKey {
        case queues

        var family: MetricFamily {
            .gauge(
                "node_udp_queues", ["ip", "queue"],
                "Memory in bytes that datagrams hold in the queues of all UDP sockets.")
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "udp_queues", group: .network, help: "Memory held in the queues of UDP sockets.",
        reads: ["/proc/net/udp", "/proc/net/udp6"])

    /// The kernel pads lines of IPv4 to 128 bytes; those of IPv6 are longer.
    ///
    /// Source: kernel net/ipv4/udp.c, net/ipv6/udp.c.
    private static let longestLine = 256
    private static let labels: [StaticString] = ["v4", "v6"]

    private var files: FileSet

    init(context: CollectorContext) {
        func file(_ name: String) -> KernelFile {
            KernelFile(context.roots.proc("net/" + name), longestLine: Self.longestLine)
        }
        files = FileSet([file("udp")], sometimes: [file("udp6")])
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        while let (place, bytes) = files.next(from: &reader, or: &writer) {
            sum(bytes, path: files.files[place].path, ip: Self.labels[place], into: &writer)
        }
        if let absence = files.absence { return .noKernelFeature("\(absence.path) is not there") }
        return .available
    }

    private func sum(_ bytes: Bytes, path: String, ip: StaticString, into writer: inout Writer) {
        var lines = ByteScanner(bytes)
        // The line that names the columns.
        guard let header = lines.nextLine(), header.trimmed.hasPrefix("sl ") else {
            writer.loseItem("\(path): no table: \"\(bytes.upTo(64).text)\"")
            return
        }
        var transmit: UInt64 = 0
        var receive: UInt64 = 0
        while let line = lines.nextLine() {
            guard let queues = Self.queues(of: line) else {
                writer.loseItem("\(path): \(line.upTo(64).text)")
                continue
            }
            transmit &+= queues.transmit
            receive &+= queues.receive
        }
        let labels = writer.labels { $0.add("ip", ip) }
        writer.write(Metric.queues, labels, extra: ("queue", "tx"), transmit)
        writer.write(Metric.queues, labels, extra: ("queue", "rx"), receive)
    }

    /// The fifth field, two hexadecimal numbers with a colon between them.
    private static func queues(of line: Bytes) -> (transmit: UInt64, receive: UInt64)? {
        var fields = ByteScanner(line)
        guard fields.skipFields(4), let pair = fields.nextField(), let colon = pair.firstIndex(of: UInt8(ascii: ":")),
            let transmit = pair.upTo(colon).hexadecimal, let receive = pair.from(colon &+ 1).hexadecimal
        else { return nil }
        return (transmit, receive)
    }
}

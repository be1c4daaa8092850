// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Bytes sent and received by all interfaces, unfiltered, and by each of them.
///
/// From the rtnetlink dump that the network collectors share. Where procfs is not the running kernel's own, what is
/// wanted is the host behind that procfs, which netlink does not know: then /proc/net/dev is read.
struct DaenaNetwork {
    private let links: LinkSource?
    private let file: KernelFile

    init(_ context: CollectorContext) throws(ConfigurationError) {
        links = context.roots.isLiveProcfs ? try context.source(LinkSource.self) : nil
        file = KernelFile(context.roots.proc("net/dev"))
    }

    /// Writes the interfaces and their sums.
    func collect(from reader: inout KernelFileReader, into writer: inout MetricWriter<DaenaMetric>) {
        do throws(CollectorError) {
            if let list = try dump(from: &reader, into: &writer) {
                for link in list.links {
                    guard let counters = link.statistics else { continue }
                    write(list.name(of: link), received: counters.rxBytes, sent: counters.txBytes, into: &writer)
                }
                for _ in 0..<list.malformedCount { writer.loseItem("a link's rtnetlink message") }
                writeTotals(list.totalBytes, into: &writer)
            } else if let bytes = try reader.readIfPresent(file) {
                writeLines(of: bytes, into: &writer)
            }
        } catch {
            writer.lose(error)
        }
    }

    /// The interfaces by rtnetlink; nil where /proc/net/dev is to be read.
    private func dump(
        from reader: inout KernelFileReader, into writer: inout MetricWriter<DaenaMetric>
    ) throws(CollectorError) -> LinkList? {
        guard let links else { return nil }
        do throws(CollectorError) {
            return try links.links(.counters, in: &reader)
        } catch {
            guard error.isRefusedSocket else { throw error }
            writer.fallBack("rtnetlink is refused, /proc/net/dev is read")
            return nil
        }
    }

    private func writeLines(of bytes: Bytes, into writer: inout MetricWriter<DaenaMetric>) {
        var totals: (received: UInt64, sent: UInt64) = (0, 0)
        var lines = ByteScanner(bytes)
        // Two lines of headings.
        guard let first = lines.nextLine(), first.hasPrefix("Inter-|"), lines.nextLine() != nil else {
            writer.lose(.malformed(file.path, bytes))
            return
        }
        while let line = lines.nextLine() {
            guard !line.trimmed.isEmpty else { continue }
            guard let colon = line.lastIndex(of: UInt8(ascii: ":")), !line.upTo(colon).trimmed.isEmpty,
                let (received, sent) = Self.columns(line.from(colon &+ 1))
            else {
                writer.loseItem("\(file.path): \(line.upTo(64).text)")
                continue
            }
            totals.received &+= received
            totals.sent &+= sent
            write(line.upTo(colon).trimmed, received: received, sent: sent, into: &writer)
        }
        writeTotals(totals, into: &writer)
    }

    /// Eight columns of what was received, then eight of what was sent; bytes come first.
    private static func columns(_ line: Bytes) -> (received: UInt64, sent: UInt64)? {
        var fields = ByteScanner(line)
        guard let received = fields.nextUnsigned(), fields.skipFields(7), let sent = fields.nextUnsigned() else {
            return nil
        }
        return (received, sent)
    }

    private func write(_ name: Bytes, received: UInt64, sent: UInt64, into writer: inout MetricWriter<DaenaMetric>) {
        let labels = writer.labels("interface", name)
        writer.write(DaenaMetric.networkBytes, labels, extra: ("direction", "sent"), sent)
        writer.write(DaenaMetric.networkBytes, labels, extra: ("direction", "recv"), received)
    }

    private func writeTotals(_ totals: (received: UInt64, sent: UInt64), into writer: inout MetricWriter<DaenaMetric>) {
        writer.writeSummary("network_io_bytes_sent", totals.sent)
        writer.writeSummary("network_io_bytes_recv", totals.received)
    }
}

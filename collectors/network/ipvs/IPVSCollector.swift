// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The load balancer of the kernel.
///
/// Source: /proc/net/ip_vs_stats and /proc/net/ip_vs, kernel net/netfilter/ipvs/ip_vs_ctl.c.
struct IPVSCollector: Collector {
    enum Metric: Int, FieldKey {
        case connections, incomingPackets, outgoingPackets, incomingBytes, outgoingBytes
        case active, inactive, weight

        var row: FamilyRow {
            switch self {
            case .connections: counter(0, "connections", "Connections that were made.")
            case .incomingPackets: counter(1, "incoming_packets", "Packets from clients.")
            case .outgoingPackets: counter(2, "outgoing_packets", "Packets to clients.")
            case .incomingBytes: counter(3, "incoming_bytes", "Bytes from clients.")
            case .outgoingBytes: counter(4, "outgoing_bytes", "Bytes to clients.")
            case .active: FamilyRow(backend("connections_active", "Active connections to the backend."))
            case .inactive: FamilyRow(backend("connections_inactive", "Inactive connections to the backend."))
            case .weight: FamilyRow(backend("weight", "Weight of the backend."))
            }
        }

        private func counter(_ column: Int, _ name: String, _ help: String) -> FamilyRow {
            FamilyRow(column: column, .counter("node_ipvs_\(name)_total", [], help))
        }

        /// Which labels there are is an option.
        private func backend(_ name: String, _ help: String) -> MetricFamily {
            .gauge("node_ipvs_backend_" + name, IPVSBackends.Label.allCases.map { $0.rawValue + "?" }, help)
        }
    }

    static let backendLabels = Flag.text(
        "collector.ipvs.backend-labels",
        default: "local_address,local_port,remote_address,remote_port,proto,local_mark",
        help: "Labels of backends, with commas between; backends that have the same are added up.")

    static let descriptor = CollectorDescriptor(
        name: "ipvs", group: .network, help: "The load balancer of the kernel and its backends.",
        reads: ["/proc/net/ip_vs_stats", "/proc/net/ip_vs"],
        flags: [
            backendLabels
        ])

    private let statistics: KernelFile
    private let table: KernelFile
    private let fields = Metric.fields
    private var numbers: [UInt64] = []
    private var backends: IPVSBackends

    init(context: CollectorContext) throws(ConfigurationError) {
        statistics = KernelFile(context.roots.proc("net/ip_vs_stats"), comesWithModule: true)
        table = KernelFile(context.roots.proc("net/ip_vs"))
        let names = context.options[Self.backendLabels].split(separator: ",").map(String.init)
        for name in names where IPVSBackends.Label(rawValue: name) == nil {
            throw ConfigurationError(
                flag: Self.backendLabels.descriptor.name,
                "there is no label \"\(FlagTable.cut(name))\"; it takes some of "
                    + IPVSBackends.Label.allCases.map(\.rawValue).joined(separator: ", "))
        }
        backends = IPVSBackends(labels: IPVSBackends.Label.allCases.filter { names.contains($0.rawValue) })
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        switch reader.part(statistics, or: &writer) {
        case .content(let totals): writeTotals(totals, into: &writer)
        case .absent: return .noKernelFeature("\(statistics.path) is not there: ip_vs is not loaded")
        case .lost: break
        }
        do throws(CollectorError) {
            let scrape = reader.scrape
            writeBackends(try reader.read(table), scrape, into: &writer)
        } catch {
            writer.lose(error)
        }
        return .available
    }

    /// Writes the third line, ` 16AA370 E33656E5        0     51D8C8883AB3                0`.
    private mutating func writeTotals(_ bytes: Bytes, into writer: inout Writer) {
        var lines = ByteScanner(bytes)
        _ = lines.nextLine()
        _ = lines.nextLine()
        let line = lines.nextLine() ?? Bytes("")
        numbers.removeAll(keepingCapacity: true)
        var words = ByteScanner(line)
        while let word = words.nextField() {
            guard let number = word.hexadecimal else { break }
            numbers.append(number)
        }
        guard numbers.count == fields.count else {
            return writer.loseItem("\(statistics.path): \"\(line.upTo(64).text)\" is not five numbers")
        }
        for (field, number) in zip(fields, numbers) { writer.write(field, .none, number) }
    }

    private mutating func writeBackends(_ bytes: Bytes, _ scrape: UInt64, into writer: inout Writer) {
        guard bytes.hasPrefix("IP Virtual Server ") else {
            return writer.loseItem("\(table.path): no table in \"\(bytes.upTo(64).text)\"")
        }
        var lines = ColumnLines(bytes, skippingLines: 3)
        var service: Bytes?
        var position = 0
        while let row = lines.next() {
            if row.line.hasPrefix("  ->") {
                // `  -> C0A85216:0CEA      Tunnel  100    248        2`
                var words = ByteScanner(row.line.from(4))
                guard let service, let address = words.nextField(), words.skipFields(1),
                    let weight = words.nextUnsigned(), let active = words.nextUnsigned(),
                    let inactive = words.nextUnsigned(),
                    backends.add(
                        service: service, address: address, at: position, scrape: scrape,
                        figures: (weight, active, inactive))
                else {
                    writer.loseItem("\(table.path): \"\(row.line.upTo(64).text)\" is no backend")
                    continue
                }
                position += 1
            } else {
                // `TCP  C0A80016:0CEA wlc`, `FWM  10001000 rr`
                var words = row.fields
                words.skipFields(2)
                let head = row.line.upTo(row.line.count - words.rest.count)
                service = Self.isService(head) ? head : nil
                if service == nil {
                    writer.loseItem("\(table.path): \"\(row.line.upTo(64).text)\" is no virtual service")
                }
            }
        }
        for sum in backends.sums where sum.scrape == scrape {
            let labels = writer.labels(sum.labels)
            writer.write(.active, labels, sum.active)
            writer.write(.inactive, labels, sum.inactive)
            writer.write(.weight, labels, sum.weight)
        }
        backends.tidy(after: scrape)
    }

    private static func isService(_ head: Bytes) -> Bool {
        var words = ByteScanner(head)
        guard let proto = words.nextField(), let address = words.nextField() else { return false }
        if proto == "FWM" { return address.hexadecimal != nil }
        let isKnown = proto == "TCP" || proto == "UDP" || proto == "SCTP"
        return isKnown && address.lastIndex(of: UInt8(ascii: ":")) != nil
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// What the queueing disciplines at the roots of the interfaces count.
///
/// Source: rtnetlink(7) `RTM_GETQDISC`, tc(8). It asks the running kernel, whatever --path.sysfs is, for the
/// interfaces of this process's network namespace.
struct QdiscCollector: ~Copyable, Collector {
    enum Metric: Int, FamilyKey {
        case bytes, packets, drops, requeues, overlimits, queueLength, backlog

        var family: MetricFamily {
            switch self {
            case .bytes: count("bytes", "Bytes sent.")
            case .packets: count("packets", "Packets sent.")
            case .drops: count("drops", "Packets dropped.")
            case .requeues: count("requeues", "Packets that the device did not take and that were queued again.")
            case .overlimits: count("overlimits", "Times that a limit of the discipline held packets back.")
            case .queueLength:
                .gauge("node_qdisc_current_queue_length", ["device", "kind"], "Packets in the queue now.")
            case .backlog: .gauge("node_qdisc_backlog", ["device", "kind"], "Bytes in the queue now.")
            }
        }

        private func count(_ name: String, _ help: String) -> MetricFamily {
            .counter("node_qdisc_\(name)_total", ["device", "kind"], help)
        }
    }

    static let fixtures = Flag.text(
        "collector.qdisc.fixtures",
        help: "Folder whose results.json is read instead of asking the kernel, for tests.")
    static let deviceInclude = Flag.pattern(
        "collector.qdisc.device-include", help: "Interfaces to show, all others not.",
        aliases: ["collector.qdisk.device-include"])
    static let deviceExclude = Flag.pattern(
        "collector.qdisc.device-exclude", help: "Interfaces not to show.", aliases: ["collector.qdisk.device-exclude"])

    static let descriptor = CollectorDescriptor(
        name: "qdisc", group: .network, isDefault: false, help: "The queueing disciplines of network interfaces.",
        reads: ["rtnetlink RTM_GETQDISC"], sources: [LinkSource.self],
        flags: [
            fixtures,
            deviceInclude,
            deviceExclude,
        ])

    private let filter: DeviceFilter
    private let links: LinkSource
    /// The file that stands in for the kernel's answer; nil where the kernel is asked.
    private let fixture: String?
    private var socket: RouteNetlinkSocket
    private var table = QueueingDisciplineTable()
    private var positions = LinkPositions()

    init(context: CollectorContext) throws(ConfigurationError) {
        let filter = try DeviceFilter(context.options, include: Self.deviceInclude, exclude: Self.deviceExclude)
        let links = try context.source(LinkSource.self)
        self.filter = filter
        self.links = links
        let folder = context.options[Self.fixtures]
        fixture = folder.isEmpty ? nil : folder + "/results.json"
        socket = RouteNetlinkSocket()
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        if let fixture {
            guard let text = try reader.readIfPresent(path: fixture) else {
                return .noKernelFeature("\(fixture) is not there")
            }
            guard let rows = QdiscFixture.rows(of: text, or: { writer.loseItem("\(fixture): \($0)") }) else {
                throw .malformed(fixture, text)
            }
            for row in rows {
                Bytes.withView(of: row.device) { device in
                    Bytes.withView(of: row.kind) { write(row.counters, device, kind: $0, into: &writer) }
                }
            }
            return .available
        }
        try ask(from: &reader, into: &writer)
        return .available
    }

    private mutating func ask(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) {
        do throws(NetlinkError) {
            try socket.dumpQueueingDisciplines(into: &table)
        } catch {
            throw CollectorError(error)
        }
        let list = try links.links(.names, in: &reader)
        positions.update(list.links)
        Bytes.withView(of: table.bytes) { kinds in
            for row in table.rows {
                // It may have come since the links were asked for.
                guard let position = positions.position(of: row.interfaceIndex) else { continue }
                let kind = kinds[row.kind.lowerBound, row.kind.upperBound]
                write(row.counters, list.name(of: list.links[position]), kind: kind, into: &writer)
            }
        }
        for _ in 0..<table.malformedCount { writer.loseItem("a queueing discipline's rtnetlink message") }
    }

    private func write(
        _ counters: QueueingDisciplineCounters, _ device: Bytes, kind: Bytes, into writer: inout Writer
    ) {
        if filter.ignores(device) { return }
        let labels = writer.labels { labels in
            labels.add("device", device)
            labels.add("kind", kind)
        }
        writer.write(.bytes, labels, counters.bytes)
        writer.write(.packets, labels, counters.packets)
        writer.write(.drops, labels, counters.drops)
        writer.write(.requeues, labels, counters.requeues)
        writer.write(.overlimits, labels, counters.overlimits)
        writer.write(.queueLength, labels, counters.queueLength)
        writer.write(.backlog, labels, counters.backlog)
    }
}

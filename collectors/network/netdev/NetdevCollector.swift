// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Traffic and errors of network interfaces.
///
/// Source: rtnetlink(7) `RTM_GETLINK` and `RTM_GETSTATS`, kernel Documentation/networking/statistics.rst, or /proc/net/dev.
struct NetdevCollector: ~Copyable, Collector {
    typealias Metric = NetdevMetric

    static let deviceInclude = Flag.pattern(
        "collector.netdev.device-include", help: "Interfaces to show, all others not.",
        aliases: ["collector.netdev.device-whitelist"])
    static let deviceExclude = Flag.pattern(
        "collector.netdev.device-exclude", help: "Interfaces not to show.",
        aliases: ["collector.netdev.device-blacklist"])
    static let addressInfo = Flag.toggle(
        "collector.netdev.address-info", help: "Show the internet addresses of the interfaces that are shown.")
    static let enableDetailedMetrics = Flag.toggle(
        "collector.netdev.enable-detailed-metrics",
        help: "Show the kernel's counters one by one, under other names, instead of sums.")
    static let netlink = Flag.toggle(
        "collector.netdev.netlink", default: true,
        help: "Ask the running kernel by rtnetlink; without it /proc/net/dev is read.")
    static let labelIfalias = Flag.toggle(
        "collector.netdev.label-ifalias", help: "Add the interface's alias as a label.")

    static let descriptor = CollectorDescriptor(
        name: "netdev", group: .network, help: "Traffic and errors of network interfaces.",
        reads: ["rtnetlink RTM_GETLINK, RTM_GETSTATS and RTM_GETADDR", "/proc/net/dev", "/sys/class/net/*/ifalias"],
        sources: [LinkSource.self],
        flags: [
            deviceInclude,
            deviceExclude,
            addressInfo,
            enableDetailedMetrics,
            netlink,
            labelIfalias,
        ])

    private let file: KernelFile
    private let filter: DeviceFilter
    private let links: LinkSource?
    private let isDetailed: Bool
    private var addresses: NetdevAddresses?
    private var aliases: NetdevAliases?
    private var columns: [UInt64] = []
    /// Aliases can change without a word of the kernel.
    private let wanted: LinkDetail

    init(context: CollectorContext) throws(ConfigurationError) {
        let options = context.options
        let filter = try DeviceFilter(
            options, include: Self.deviceInclude, exclude: Self.deviceExclude)
        let source = try context.source(LinkSource.self)
        let isNetlink = options[Self.netlink]
        let isFromDump = isNetlink && context.roots.isLiveSysfs
        self.filter = filter
        file = KernelFile(context.roots.proc("net/dev"))
        let showsAlias = options[Self.labelIfalias]
        wanted = showsAlias && isFromDump ? .everything : .counters
        isDetailed = options[Self.enableDetailedMetrics]
        links = isNetlink ? source : nil
        addresses = options[Self.addressInfo] ? NetdevAddresses(links: source) : nil
        aliases =
            showsAlias
            ? NetdevAliases(directory: isFromDump ? nil : context.roots.sys("class/net")) : nil
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        if let list = try links(in: &reader, &writer) {
            writeLinks(list, from: &reader, into: &writer)
        } else {
            guard let bytes = try reader.readIfPresent(file) else {
                return .noKernelFeature("\(file.path) is not there")
            }
            writeLines(of: bytes, from: &reader, into: &writer)
        }
        do throws(CollectorError) {
            try addresses?.collect(filter, from: &reader, into: &writer)
        } catch {
            writer.lose(error)
        }
        return .available
    }

    /// The interfaces by rtnetlink; nil where /proc/net/dev is to be read.
    private func links(
        in reader: inout KernelFileReader, _ writer: inout Writer
    ) throws(CollectorError) -> LinkList? {
        guard let source = links else { return nil }
        do throws(CollectorError) {
            return try source.links(wanted, in: &reader)
        } catch {
            guard error.isRefusedSocket else { throw error }
            writer.fallBack("rtnetlink is refused, /proc/net/dev is read")
            return nil
        }
    }

    private mutating func writeLinks(
        _ list: LinkList, from reader: inout KernelFileReader, into writer: inout Writer
    ) {
        let metrics = isDetailed ? Metric.detailed : Metric.aggregated
        var position = 0
        for link in list.links {
            let name = list.name(of: link)
            guard !filter.ignores(name), let counters = link.statistics else { continue }
            let labels = labels(name, alias: list.bytes(of: link.alias), position, from: &reader, into: &writer)
            for metric in metrics { writer.write(metric, labels, metric.value(in: counters)) }
            position += 1
        }
        for _ in 0..<list.malformedCount { writer.loseItem("a link's rtnetlink message") }
    }

    private mutating func writeLines(
        of bytes: Bytes, from reader: inout KernelFileReader, into writer: inout Writer
    ) {
        let metrics = isDetailed ? Metric.detailedColumns : Metric.columns
        var lines = ByteScanner(bytes)
        // Two lines of headings.
        guard let first = lines.nextLine(), first.hasPrefix("Inter-|"), lines.nextLine() != nil else {
            writer.lose(.malformed(file.path, bytes))
            return
        }
        var position = 0
        while let line = lines.nextLine() {
            // Aliases such as eth0:1 have a colon in their names; old kernels put the first number right behind it.
            guard let colon = line.lastIndex(of: UInt8(ascii: ":")), !line.upTo(colon).trimmed.isEmpty,
                readColumns(of: line.from(colon &+ 1))
            else {
                if !line.trimmed.isEmpty { writer.loseItem("\(file.path): \(line.upTo(64).text)") }
                continue
            }
            let name = line.upTo(colon).trimmed
            if filter.ignores(name) { continue }
            let labels = labels(name, alias: Bytes(""), position, from: &reader, into: &writer)
            for (metric, value) in zip(metrics, columns) { writer.write(metric, labels, value) }
            position += 1
        }
    }

    private mutating func readColumns(of line: Bytes) -> Bool {
        columns.removeAll(keepingCapacity: true)
        var fields = ByteScanner(line)
        while columns.count < Metric.columns.count {
            guard let value = fields.nextUnsigned() else { return false }
            columns.append(value)
        }
        return true
    }

    private mutating func labels(
        _ name: Bytes, alias: Bytes, _ position: Int, from reader: inout KernelFileReader,
        into writer: inout Writer
    ) -> Labels {
        guard aliases != nil else { return writer.labels("device", name) }
        let alias = aliases?.alias(of: name, dumped: alias, position, from: &reader, or: &writer)
        return writer.labels { labels in
            labels.add("device", name)
            if let alias { labels.add("ifalias", alias) }
        }
    }
}

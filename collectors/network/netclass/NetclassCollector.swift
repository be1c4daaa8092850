// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Properties of network interfaces.
///
/// Source: /sys/class/net, kernel Documentation/ABI/testing/sysfs-class-net, and rtnetlink(7) `RTM_GETLINK` for nearly
/// all of it where sysfs is the running kernel's own.
struct NetclassCollector: ~Copyable, Collector {
    typealias Metric = NetclassMetric

    static let ignoredDevices = Flag.pattern(
        "collector.netclass.ignored-devices", default: "^$", help: "Interfaces not to show.")
    static let ignoreInvalidSpeed = Flag.toggle(
        "collector.netclass.ignore-invalid-speed",
        help: "Show no speed where the device does not know it, instead of a negative one.")
    static let netlink = Flag.toggle(
        "collector.netclass.netlink",
        help: "Show flags, carrier, labels and further names as rtnetlink has them, whatever --path.sysfs is.")
    static let withStats = Flag.toggle(
        "collector.netclass_rtnl.with-stats",
        help: "With --collector.netclass.netlink, show the detailed counters of the netdev collector too.")

    static let descriptor = CollectorDescriptor(
        name: "netclass", group: .network, help: "State and properties of network interfaces.",
        reads: [
            "rtnetlink RTM_GETLINK", "/sys/class/net/*/speed", "/sys/class/net/*/duplex",
            "/sys/class/net/*/{addr_assign_type,dev_id,name_assign_type} when an interface comes or changes",
            "all of /sys/class/net/* where --path.sysfs is not /sys",
        ],
        sources: [LinkSource.self],
        flags: [
            ignoredDevices,
            ignoreInvalidSpeed,
            netlink,
            withStats,
        ],
        openFamilies: [
            .counter("node_network_<counter>_total", ["device"], "With with-stats: the netdev collector's counters.")
        ])

    private static let statistics = NetdevMetric.detailed.map { (metric: $0, family: $0.family) }

    private let directory: KernelDirectory
    private let ignored: DeviceFilter
    private let style: NetclassValues.Style
    private let showsStatistics: Bool
    private let links: LinkSource?
    private var changes = LinkChangeWatch()
    private var rows = RowsByName<NetclassRow>()
    private var files = RowsByName<NetclassFiles?>()
    private var found: [Bytes] = []
    private var values = NetclassValues()
    private var text: [UInt8] = []
    private var turn: UInt64 = 0
    /// True while sysfs and the dump show the same interfaces: they may belong to two network namespaces.
    private var isSame = false

    init(context: CollectorContext) throws(ConfigurationError) {
        let options = context.options
        let isNetlink = options[Self.netlink]
        let ignored = try DeviceFilter(options, include: nil, exclude: Self.ignoredDevices)
        let links = isNetlink || context.roots.isLiveSysfs ? try context.source(LinkSource.self) : nil
        self.ignored = ignored
        self.links = links
        directory = KernelDirectory(context.roots.sys("class/net"))
        style = NetclassValues.Style(
            isNetlink: isNetlink, ignoresInvalidSpeed: options[Self.ignoreInvalidSpeed])
        showsStatistics = isNetlink && options[Self.withStats]
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        turn &+= 1
        if let links {
            do throws(CollectorError) {
                let list = try links.links(.everything, in: &reader)
                if try placeRows(of: list, from: &reader) {
                    writeLinks(list, from: &reader, into: &writer)
                    return .available
                }
            } catch {
                // Where rtnetlink is forbidden, sysfs has it all.
                if style.isNetlink { throw error }
            }
        }
        return try writeFiles(from: &reader, into: &writer)
    }

    // MARK: By the dump

    /// Puts the rows into the dump's order; false where sysfs shows other interfaces than the dump.
    private mutating func placeRows(
        of list: LinkList, from reader: inout KernelFileReader
    ) throws(CollectorError) -> Bool {
        var position = 0
        for link in list.links {
            let name = list.name(of: link)
            if rows.place(name, at: position, make: { NetclassRow("\(directory.path)/\(name.text)") }) {
                isSame = false
            }
            position += 1
        }
        if rows.keepFirst(position) { isSame = false }
        if !isSame { isSame = try showsSame(list, reader: &reader) }
        return isSame || style.isNetlink
    }

    /// Compares the dump with the folder of interfaces.
    private mutating func showsSame(
        _ list: LinkList, reader: inout KernelFileReader
    ) throws(CollectorError) -> Bool {
        // Without sysfs the dump is all there is.
        guard var names = try reader.listIfPresent(directory) else { return true }
        var next = 0
        while let name = names.next() {
            let isKnown = list.links.contains { list.name(of: $0) == name }
            if isKnown { next += 1 }
            // A file of the bonding driver lies among the folders.
            if !isKnown, reader.exists("\(directory.path)/\(name.text)/ifindex") { return false }
        }
        guard next == list.links.count else { return false }
        for (position, link) in list.links.enumerated() where position < rows.count {
            // A name that is not UTF-8 makes no path that can be opened.
            let name = list.name(of: link)
            guard name == name.text else { continue }
            guard rows[position].isShown(link, by: &reader) else { return false }
        }
        return true
    }

    private mutating func writeLinks(
        _ list: LinkList, from reader: inout KernelFileReader, into writer: inout Writer
    ) {
        let isChanged = changes.hasChanged()
        for (position, link) in list.links.enumerated() where position < rows.count {
            let name = list.name(of: link)
            if ignored.ignores(name) { continue }
            values.begin(name)
            values.fill(from: link, style)
            values.address = hardwareAddress(list.bytes(of: link.address), &reader)
            values.broadcast = hardwareAddress(list.bytes(of: link.broadcast), &reader)
            values.alias = list.bytes(of: link.alias)
            rows[position].read(
                link, address: list.bytes(of: link.address), isChanged: isChanged, turn: turn, of: list.links.count,
                from: &reader,
                into: &values, &writer)
            let labels = values.write(style, into: &writer)
            if style.isNetlink {
                list.forEachAlternativeName(of: link) { other in
                    let labels = writer.labels { labels in
                        labels.add("altname", other)
                        labels.add("device", name)
                    }
                    writer.write(NetclassMetric.alternativeNames, labels, 1)
                }
            }
            if showsStatistics, let counters = link.statistics {
                for (metric, family) in Self.statistics {
                    writer.write(writer.family(family), labels, metric.value(in: counters))
                }
            }
        }
        for _ in 0..<list.malformedCount { writer.loseItem("a link's rtnetlink message") }
    }

    private mutating func hardwareAddress(_ address: Bytes, _ reader: inout KernelFileReader) -> Bytes {
        text.removeAll(keepingCapacity: true)
        for at in 0..<address.count {
            guard let byte = address[at] else { break }
            if at > 0 { text.append(UInt8(ascii: ":")) }
            text.append(Self.digit(byte >> 4))
            text.append(Self.digit(byte & 15))
        }
        // The pointer does not outlive the closure; the reader copies.
        return unsafe text.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return Bytes("") }
            return reader.copy(unsafe Bytes(base, count: buffer.count))
        }
    }

    private static func digit(_ number: UInt8) -> UInt8 {
        number < 10 ? UInt8(ascii: "0") &+ number : UInt8(ascii: "a") &+ number &- 10
    }

    // MARK: By sysfs

    private mutating func writeFiles(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard var names = try reader.listIfPresent(directory) else {
            return .noKernelFeature("\(directory.path) is not there")
        }
        // sysfs lists by hash; sorted, the page and the rows keep their order when interfaces come and go.
        while let name = names.next() { if !ignored.ignores(name) { found.append(name) } }
        defer { found.removeAll(keepingCapacity: true) }
        found.sort { $0.precedes($1) }
        var position = 0
        for name in found {
            _ = files.place(name, at: position) {
                let folder = "\(directory.path)/\(name.text)"
                // A file of the bonding driver lies among the folders.
                return reader.exists(folder + "/.") ? NetclassFiles(folder, from: &reader) : nil
            }
            defer { position += 1 }
            guard let files = files[position] else { continue }
            values.begin(name)
            files.read(from: &reader, into: &values, &writer)
            values.write(style, into: &writer)
        }
        _ = files.keepFirst(position)
        return .available
    }
}

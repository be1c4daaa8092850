// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Glibc
import KernelFiles

/// The host's network interfaces by one `RTM_GETLINK` dump a scrape, for all collectors that want them.
///
/// It asks the running kernel, whatever the paths of procfs and sysfs are, for the interfaces of this process's
/// network namespace. Source: rtnetlink(7).
final class LinkSource: Source, @unchecked Sendable {
    // Everything mutable is used only by who holds `state`.
    private let state = ItemState()
    private var socket = RouteNetlinkSocket()
    private var table = LinkTable()
    private var failure: CollectorError?
    private var scrape: UInt64 = 0

    /// The process's one source of links.
    static func shared(_ context: CollectorContext) throws(ConfigurationError) -> LinkSource {
        try context.sources.shared(LinkSource.self) { LinkSource() }
    }

    /// The interfaces as they were at the first call of this scrape.
    ///
    /// The dump's error, if any, is everybody's.
    func links(in reader: inout KernelFileReader) throws(CollectorError) -> LinkList {
        guard state.begin() else { throw .busy("rtnetlink") }
        defer { state.finish(scrape: 0) }
        if scrape != reader.scrape || scrape == 0 { dump() }
        scrape = reader.scrape
        if let failure { throw failure }
        return LinkList(table, in: &reader)
    }

    private func dump() {
        do throws(NetlinkError) {
            try socket.dumpLinks(into: &table)
            failure = nil
        } catch {
            failure = CollectorError(error)
        }
    }
}

/// The interfaces of one dump, good until the end of the collection like every view of a reader.
struct LinkList {
    /// The interfaces in the kernel's order.
    let links: [Link]
    /// Interfaces whose message could not be read.
    let malformedCount: Int
    private let bytes: Bytes

    /// Copies the names and addresses into the reader's arena, so that views of them can be handed on.
    fileprivate init(_ table: LinkTable, in reader: inout KernelFileReader) {
        links = table.links
        malformedCount = table.malformedCount
        // The pointer does not outlive the closure; the reader copies.
        bytes = unsafe table.bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return Bytes("") }
            return reader.copy(unsafe Bytes(base, count: buffer.count))
        }
    }

    /// The bytes of a range of a link: its name, alias or hardware address.
    func bytes(of range: Range<Int>) -> Bytes { bytes[range.lowerBound, range.upperBound] }

    /// The name of an interface.
    func name(of link: Link) -> Bytes { bytes(of: link.name) }

    /// Bytes received and sent since boot, summed over all interfaces, the loopback included.
    var totalBytes: (received: UInt64, sent: UInt64) {
        var received: UInt64 = 0
        var sent: UInt64 = 0
        for link in links {
            received &+= link.statistics?.rxBytes ?? 0
            sent &+= link.statistics?.txBytes ?? 0
        }
        return (received, sent)
    }
}

extension CollectorError {
    /// What a dump's error is to its collectors.
    init(_ error: NetlinkError) {
        self = .system(call: "rtnetlink " + error.operation, errno: error.errno)
    }
}

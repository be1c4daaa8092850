// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Glibc
import KernelFiles

/// What a collector wants of the interfaces.
enum LinkDetail: Int, Comparable {
    /// Which there are and their names.
    case names
    /// Their counters as well.
    case counters
    /// Everything that a dump has.
    case everything

    static func < (less: LinkDetail, more: LinkDetail) -> Bool { less.rawValue < more.rawValue }
}

/// The host's network interfaces by one dump a scrape, for all collectors that want them.
///
/// While the kernel says that no interface came, went or changed, who wants only counters gets those from an
/// `RTM_GETSTATS` dump, which costs a tenth, and the rest from an earlier `RTM_GETLINK` dump. It asks the running kernel, whatever the paths of procfs and sysfs are, for the interfaces of this process's
/// network namespace. Source: rtnetlink(7).
final class LinkSource: Source {
    private struct State: ~Copyable {
        private var socket = RouteNetlinkSocket()
        private var table = LinkTable()
        private var failure: CollectorError?
        private var scrape: UInt64 = 0
        private var changes = LinkChangeWatch()
        private var counters = LinkStatisticsTable()
        /// How much of `table` is of the last scrape that asked.
        private var detailRead = LinkDetail.names
        /// False where this kernel has no dump of counters.
        private var hasCounters = true

        mutating func links(
            _ detail: LinkDetail, in reader: inout KernelFileReader
        ) throws(CollectorError) -> LinkList {
            if scrape != reader.scrape || scrape == 0 || detailRead < detail {
                detailRead = detail
                if !isUpToDate(after: detail) {
                    detailRead = .everything
                    dump()
                }
            }
            scrape = reader.scrape
            if let failure { throw failure }
            return LinkList(table, in: &reader)
        }

        /// Does what is enough for some detail where a whole dump is not needed; false where it is.
        private mutating func isUpToDate(after detail: LinkDetail) -> Bool {
            // Read before the dump: a change from here on is noticed in the next scrape.
            guard detail < .everything, !changes.hasChanged(), failure == nil else { return false }
            guard detail == .counters else { return true }
            guard hasCounters else { return false }
            do throws(NetlinkError) {
                try socket.dumpStatistics(into: &counters)
                return table.take(counters)
            } catch {
                // Kernels before 4.7 do not know the request.
                if error.errno == EOPNOTSUPP || error.errno == EINVAL { hasCounters = false }
                return false
            }
        }

        private mutating func dump() {
            do throws(NetlinkError) {
                try socket.dumpLinks(into: &table)
                failure = nil
            } catch {
                failure = CollectorError(error)
            }
        }
    }

    private let state: Guarded<State>

    init(context: CollectorContext) {
        state = Guarded(State())
    }

    /// The interfaces as they were at the first call of this scrape, or later where that one wanted less.
    ///
    /// The dump's error, if any, is everybody's.
    func links(_ detail: LinkDetail, in reader: inout KernelFileReader) throws(CollectorError) -> LinkList {
        let list = try state.useSoon { (state) throws(CollectorError) in try state.links(detail, in: &reader) }
        guard let list else { throw .busy("rtnetlink") }
        return list
    }
}

/// The interfaces of one dump, good until the end of the collection like every view of a reader.
struct LinkList {
    /// The interfaces in the kernel's order.
    let links: [Link]
    /// Interfaces whose message could not be read.
    let malformedCount: Int
    private let bytes: Bytes
    /// The alternative names, ranges of `bytes`.
    private let alternativeNames: [Range<Int>]

    /// Copies the names and addresses into the reader's arena, so that views of them can be handed on.
    fileprivate init(_ table: LinkTable, in reader: inout KernelFileReader) {
        links = table.links
        malformedCount = table.malformedCount
        alternativeNames = table.alternativeNames
        // The pointer does not outlive the closure; the reader copies.
        bytes = unsafe table.bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return Bytes("") }
            return reader.copy(unsafe Bytes(base, count: buffer.count))
        }
    }

    /// The bytes of a range of a link: its name, alias or hardware address.
    func bytes(of range: Range<Int>) -> Bytes { bytes[range.lowerBound, range.upperBound] }

    /// Calls `body` with each of an interface's alternative names.
    func forEachAlternativeName(of link: Link, _ body: (Bytes) -> Void) {
        for position in link.alternativeNames where alternativeNames.indices.contains(position) {
            body(bytes(of: alternativeNames[position]))
        }
    }

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

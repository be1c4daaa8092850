// SPDX-License-Identifier: Apache-2.0

/// The counters of the host's interfaces by their numbers, from one `RTM_GETSTATS` dump.
///
/// It is meant to be kept: a dump into it uses the storage of the last one. Source: `struct if_stats_msg` and
/// `IFLA_STATS_LINK_64`, include/uapi/linux/if_link.h.
public struct LinkStatisticsTable: Sendable {
    /// The counters of one interface.
    public struct Row: Equatable, Sendable {
        /// The interface's number, positive.
        public let index: Int32
        /// Its counters.
        public let statistics: LinkStatistics
    }

    /// The interfaces in the kernel's order.
    public private(set) var rows: [Row] = []

    /// Interfaces that are left out because their message could not be read.
    public private(set) var malformedCount = 0

    /// False where the list changed during each attempt, so that an interface may be missing or doubled.
    public private(set) var isConsistent = true

    /// A table without interfaces.
    public init() {}
}

extension LinkStatisticsTable: NetlinkTable {
    /// Forgets all rows and keeps the storage.
    public mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        malformedCount = 0
        isConsistent = true
    }

    /// Takes one message of the dump.
    public mutating func append(messageType: UInt16, payload: Range<Int>, in datagram: RawSpan) {
        guard messageType == NetlinkNumber.newStatistics else { return }
        if let row = readRow(payload, in: datagram) {
            rows.append(row)
        } else {
            malformedCount &+= 1
        }
    }

    /// Notes that the list kept changing.
    public mutating func markInconsistent() {
        isConsistent = false
    }

    private func readRow(_ payload: Range<Int>, in datagram: RawSpan) -> Row? {
        guard payload.count >= 12, let index = datagram.int32(at: payload.lowerBound &+ 4), index > 0 else {
            return nil
        }
        var attributes = NetlinkAttributes(from: payload.lowerBound &+ 12, to: payload.upperBound)
        while let attribute = attributes.next(in: datagram) {
            guard attribute.type == NetlinkNumber.linkStatisticsAttribute, attribute.value.count >= 23 * 8 else {
                continue
            }
            return Row(index: index, statistics: LinkStatistics(attribute.value, in: datagram))
        }
        return nil
    }
}

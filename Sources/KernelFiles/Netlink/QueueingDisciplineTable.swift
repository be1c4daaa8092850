// SPDX-License-Identifier: Apache-2.0

/// The queueing disciplines at the roots of all interfaces with their counters, from one dump.
///
/// It is meant to be kept: a dump into it uses the storage of the last one. Source: rtnetlink(7), `struct tcmsg`,
/// include/uapi/linux/gen_stats.h.
public struct QueueingDisciplineTable: Sendable {
    /// One queueing discipline.
    public struct Row: Equatable, Sendable {
        /// The number of its interface.
        public var interfaceIndex: Int32 = 0
        /// The name of its kind, a range of the table's bytes: `fq_codel`.
        public var kind = 0..<0
        /// What it counts.
        public var counters = QueueingDisciplineCounters()

        /// A row of which nothing is known yet.
        public init() {}
    }

    private static let fixedSize = 20
    /// The parent of what is no other discipline's child; some kernels give 0.
    private static let root: UInt32 = 0xFFFF_FFFF

    /// The disciplines in the kernel's order.
    public private(set) var rows: [Row] = []
    /// The names of their kinds.
    public private(set) var bytes: [UInt8] = []
    /// Disciplines that are left out because their message could not be read.
    public private(set) var malformedCount = 0
    /// False where the list changed during each attempt, so that one may be missing or doubled.
    public private(set) var isConsistent = true

    /// A table without rows.
    public init() {}
}

/// What a queueing discipline counts and has queued.
public struct QueueingDisciplineCounters: Equatable, Sendable {
    /// Bytes sent.
    public var bytes: UInt64 = 0
    /// Packets sent.
    public var packets: UInt64 = 0
    /// Packets dropped.
    public var drops: UInt64 = 0
    /// Packets that the device did not take and that were queued again.
    public var requeues: UInt64 = 0
    /// Packets that had to wait because of a limit.
    public var overlimits: UInt64 = 0
    /// Packets in the queue now.
    public var queueLength: UInt64 = 0
    /// Bytes in the queue now.
    public var backlog: UInt64 = 0

    /// Zero of everything.
    public init() {}
}

extension QueueingDisciplineTable: NetlinkTable {
    /// Forgets all rows and keeps the storage.
    public mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        malformedCount = 0
        isConsistent = true
    }

    /// Takes one message of the dump.
    public mutating func append(messageType: UInt16, payload: Range<Int>, in datagram: RawSpan) {
        guard messageType == NetlinkNumber.newQueueingDiscipline else { return }
        guard payload.count >= Self.fixedSize, let index = datagram.int32(at: payload.lowerBound &+ 4), index > 0,
            let parent = datagram.uint32(at: payload.lowerBound &+ 12)
        else {
            malformedCount &+= 1
            return
        }
        guard parent == Self.root || parent == 0 else { return }
        let kept = bytes.count
        var row = Row()
        row.interfaceIndex = index
        if read(payload.dropFirst(Self.fixedSize), into: &row, in: datagram) {
            rows.append(row)
        } else {
            malformedCount &+= 1
            bytes.removeLast(bytes.count - kept)
        }
    }

    /// Notes that the list kept changing.
    public mutating func markInconsistent() { isConsistent = false }

    /// False where the kind or the counters are missing or cannot be read.
    private mutating func read(_ range: Range<Int>, into row: inout Row, in datagram: RawSpan) -> Bool {
        var hasCounters = false
        var attributes = NetlinkAttributes(range)
        while let attribute = attributes.next(in: datagram) {
            switch attribute.type {
            case 1:
                let start = bytes.count
                guard attribute.value.count <= 32, datagram.append(attribute.value, to: &bytes) else { return false }
                while bytes.count > start, bytes.last == 0 { bytes.removeLast() }
                row.kind = start..<bytes.count
            case 7:
                guard let counters = Self.counters(attribute.value, in: datagram) else { return false }
                row.counters = counters
                hasCounters = true
            default: break
            }
        }
        return !attributes.isMalformed && hasCounters && !row.kind.isEmpty
    }

    /// The counters of `TCA_STATS2`; nil where what every kernel gives is not there.
    private static func counters(_ range: Range<Int>, in datagram: RawSpan) -> QueueingDisciplineCounters? {
        var counters = QueueingDisciplineCounters()
        var basic: Range<Int>?
        var queue: Range<Int>?
        var packets: UInt64?
        var attributes = NetlinkAttributes(range)
        while let attribute = attributes.next(in: datagram) {
            switch attribute.type {
            case 1 where attribute.value.count >= 12: basic = attribute.value
            case 3 where attribute.value.count >= 20: queue = attribute.value
            // All bits, where the packets have become too many for the 32 of the first.
            case 8: packets = attribute.uint64(in: datagram)
            default: break
            }
        }
        guard !attributes.isMalformed, let basic, let queue, let bytes = datagram.uint64(at: basic.lowerBound),
            let lowPackets = datagram.uint32(at: basic.lowerBound &+ 8)
        else { return nil }
        func number(_ field: Int) -> UInt64 {
            UInt64(datagram.uint32(at: queue.lowerBound &+ field &* 4) ?? 0)
        }
        counters.bytes = bytes
        counters.packets = packets ?? UInt64(lowPackets)
        counters.queueLength = number(0)
        counters.backlog = number(1)
        counters.drops = number(2)
        counters.requeues = number(3)
        counters.overlimits = number(4)
        return counters
    }
}

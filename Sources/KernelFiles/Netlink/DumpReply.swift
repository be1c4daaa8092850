// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The answer to one dump request, read datagram by datagram.
///
/// It is pure: it sees bytes and fills a table, and no input can make it trap.
struct DumpReply {
    enum State: Equatable {
        case running
        case complete
        case failed(errno: Int32)
    }

    /// The number that the request carried; messages with another one belong to an older dump and are skipped.
    let sequence: UInt32

    private(set) var state = State.running

    /// Whether the kernel said that its list changed during the dump.
    private(set) var isInterrupted = false

    init(sequence: UInt32) {
        self.sequence = sequence
    }

    /// Reads all messages of one datagram, up to the end of the dump.
    mutating func read<Table: RouteTable>(_ datagram: RawSpan, into table: inout Table) {
        var offset = 0
        while state == .running, offset < datagram.byteCount {
            guard
                let length = datagram.uint32(at: offset).map(Int.init),
                let type = datagram.uint16(at: offset &+ 4),
                let flags = datagram.uint16(at: offset &+ 6),
                let messageSequence = datagram.uint32(at: offset &+ 8),
                length >= NetlinkNumber.headerSize,
                length <= datagram.byteCount &- offset
            else {
                state = .failed(errno: EBADMSG)
                return
            }
            if messageSequence == sequence {
                isInterrupted = isInterrupted || flags & NetlinkNumber.dumpInterruptedFlag != 0
                let payload = (offset &+ NetlinkNumber.headerSize)..<(offset &+ length)
                take(type, payload, in: datagram, into: &table)
            }
            offset = offset &+ netlinkAligned(length)
        }
    }

    private mutating func take<Table: RouteTable>(
        _ type: UInt16,
        _ payload: Range<Int>,
        in datagram: RawSpan,
        into table: inout Table
    ) {
        switch type {
        case NetlinkNumber.noOperation:
            break
        case NetlinkNumber.error, NetlinkNumber.done:
            finish(type, payload, in: datagram)
        case NetlinkNumber.overrun:
            state = .failed(errno: ENOBUFS)
        default:
            table.append(messageType: type, payload: payload, in: datagram)
        }
    }

    /// Both closing messages begin with an errno, negative or zero.
    ///
    /// An error message with zero is a mere acknowledgement and does not end the dump; a `done` of an old kernel may
    /// come without the number.
    private mutating func finish(_ type: UInt16, _ payload: Range<Int>, in datagram: RawSpan) {
        guard payload.count >= 4, let code = datagram.int32(at: payload.lowerBound) else {
            state = type == NetlinkNumber.done ? .complete : .failed(errno: EBADMSG)
            return
        }
        if code != 0 {
            state = .failed(errno: code < 0 ? 0 &- code : code)
        } else if type == NetlinkNumber.done {
            state = .complete
        }
    }
}

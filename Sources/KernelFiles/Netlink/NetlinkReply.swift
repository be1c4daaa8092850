// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The answer to one request, read datagram by datagram.
///
/// It is pure: it sees bytes and fills a table, and no input can make it trap.
struct NetlinkReply {
    enum State: Equatable {
        case running
        case complete
        case failed(errno: Int32)
    }

    /// Which message is the last one.
    enum End {
        /// `NLMSG_DONE`, as of a dump.
        case done
        /// The acknowledgement, an error message with the number 0, as of a request with `NLM_F_ACK`.
        case acknowledgement
    }

    /// The number that the request carried; messages with another one belong to an older answer and are skipped.
    let sequence: UInt32
    let end: End

    private(set) var state = State.running

    /// Whether the kernel said that its list changed during the dump.
    private(set) var isInterrupted = false

    init(sequence: UInt32, end: End = .done) {
        self.sequence = sequence
        self.end = end
    }

    /// Reads all messages of one datagram, up to the end of the answer.
    mutating func read<Table: NetlinkTable>(_ datagram: RawSpan, into table: inout Table) {
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

    private mutating func take<Table: NetlinkTable>(
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
    /// An acknowledgement does not end a dump, nor `done` what is acknowledged; a `done` of an old kernel may come
    /// without the number.
    private mutating func finish(_ type: UInt16, _ payload: Range<Int>, in datagram: RawSpan) {
        let isDone = type == NetlinkNumber.done
        var code: Int32 = 0
        if payload.count >= 4, let given = datagram.int32(at: payload.lowerBound) {
            code = given
        } else if !isDone {
            code = EBADMSG
        }
        if code != 0 {
            state = .failed(errno: code < 0 ? 0 &- code : code)
        } else if isDone == (end == .done) {
            state = .complete
        }
    }
}

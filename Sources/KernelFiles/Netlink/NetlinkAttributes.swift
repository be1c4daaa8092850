// SPDX-License-Identifier: Apache-2.0

/// One attribute of a message: its number and where its value lies in the datagram.
struct NetlinkAttribute: Equatable {
    let type: UInt16
    let value: Range<Int>
}

/// A walk over the attributes of one message that stops at the first length that lies.
///
/// It keeps offsets and is handed the bytes at each step, because a span cannot be kept.
struct NetlinkAttributes {
    /// Whether the walk ended early, so that what was read so far may be half of the truth.
    private(set) var isMalformed = false

    private var offset: Int
    private let end: Int

    /// Walks `range` of a datagram; an inverted range is malformed from the start.
    init(from start: Int, to end: Int) {
        self.offset = start
        self.end = end
        self.isMalformed = start < 0 || start > end
    }

    mutating func next(in bytes: RawSpan) -> NetlinkAttribute? {
        // Fewer bytes than a header are padding, which the kernel may leave behind the last attribute.
        guard !isMalformed, end &- offset >= NetlinkNumber.attributeHeaderSize else { return nil }
        guard
            let length = bytes.uint16(at: offset).map(Int.init),
            let type = bytes.uint16(at: offset &+ 2),
            length >= NetlinkNumber.attributeHeaderSize,
            length <= end &- offset
        else {
            isMalformed = true
            return nil
        }
        let value = (offset &+ NetlinkNumber.attributeHeaderSize)..<(offset &+ length)
        offset = min(offset &+ netlinkAligned(length), end)
        return NetlinkAttribute(type: type & NetlinkNumber.attributeTypeMask, value: value)
    }
}

/// Rounds up to the four bytes to which netlink aligns messages and attributes.
func netlinkAligned(_ length: Int) -> Int { (length &+ 3) & ~3 }

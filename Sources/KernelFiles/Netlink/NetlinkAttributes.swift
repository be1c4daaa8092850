// SPDX-License-Identifier: Apache-2.0

/// One attribute of a message: its number and where its value lies in the datagram.
public struct NetlinkAttribute: Equatable, Sendable {
    /// Its number, without the bits that say "nested" and "big endian".
    public let type: UInt16
    /// Where its value lies in the datagram; attributes of its own, where it is nested.
    public let value: Range<Int>

    /// The value as a number; nil where it is shorter than one.
    public func uint8(in datagram: RawSpan) -> UInt8? {
        value.count >= 1 ? datagram.uint8(at: value.lowerBound) : nil
    }

    /// The value as a number; nil where it is shorter than one.
    public func uint16(in datagram: RawSpan) -> UInt16? {
        value.count >= 2 ? datagram.uint16(at: value.lowerBound) : nil
    }

    /// The value as a number; nil where it is shorter than one.
    public func uint32(in datagram: RawSpan) -> UInt32? {
        value.count >= 4 ? datagram.uint32(at: value.lowerBound) : nil
    }

    /// The value as a number; nil where it is shorter than one.
    public func uint64(in datagram: RawSpan) -> UInt64? {
        value.count >= 8 ? datagram.uint64(at: value.lowerBound) : nil
    }

    /// The value as text up to its NUL; bytes that are not UTF-8 become U+FFFD.
    public func text(in datagram: RawSpan) -> String {
        var bytes: [UInt8] = []
        var at = value.lowerBound
        while at < value.upperBound, let byte = datagram.uint8(at: at), byte != 0 {
            bytes.append(byte)
            at &+= 1
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A walk over the attributes of one message that stops at the first length that lies.
///
/// It keeps offsets and is handed the bytes at each step, because a span cannot be kept.
public struct NetlinkAttributes: Sendable {
    /// Whether the walk ended early, so that what was read so far may be half of the truth.
    public private(set) var isMalformed = false

    private var offset: Int
    private let end: Int

    /// Walks the attributes in a range of a datagram: a payload behind its fixed part, or the value of a nested
    /// attribute.
    public init(_ range: Range<Int>) {
        self.init(from: range.lowerBound, to: range.upperBound)
    }

    /// Walks a range that may be inverted, which is malformed from the start.
    init(from start: Int, to end: Int) {
        self.offset = start
        self.end = end
        self.isMalformed = start < 0 || start > end
    }

    /// The next attribute; nil after the last one and where a length lies.
    public mutating func next(in bytes: RawSpan) -> NetlinkAttribute? {
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

// SPDX-License-Identifier: Apache-2.0

/// Walks over bytes from front to back: lines, fields between blanks, pieces between separators.
///
/// Cannot trap.
@safe
public struct ByteScanner {
    @usableFromInline let bytes: Bytes
    /// Offset of the next byte, 0 to the number of bytes.
    @usableFromInline var position = 0

    /// Starts before the first byte.
    @inlinable
    public init(_ bytes: Bytes) {
        self.bytes = bytes
    }

    /// What has not been walked over yet.
    @inlinable public var rest: Bytes { bytes.from(position) }

    /// True where nothing is left.
    @inlinable public var isAtEnd: Bool { position >= bytes.count }

    /// The next line without its line feed; nil at the end.
    ///
    /// A last line without a line feed counts.
    @inlinable
    public mutating func nextLine() -> Bytes? {
        nextPiece(separator: 0x0A)
    }

    /// The next piece up to a separator byte, without it; nil at the end.
    ///
    /// Pieces may be empty.
    @inlinable
    public mutating func nextPiece(separator: UInt8) -> Bytes? {
        guard position < bytes.count else { return nil }
        let start = position
        let end = bytes.firstIndex(of: separator, from: start) ?? bytes.count
        position = end &+ 1
        return unsafe Bytes(bytes.base + start, count: end &- start)
    }

    /// The next run of bytes that are not blank (space, tab, line end); nil where there is none.
    @inlinable
    public mutating func nextField() -> Bytes? {
        let base = unsafe bytes.base
        let end = bytes.count
        var at = position
        while at < end, unsafe Bytes.isBlank(base[at]) { at &+= 1 }
        let start = at
        // Eight bytes at a step, as long as none of them is a space or below.
        while at &+ 8 <= end {
            let word = unsafe UInt64(littleEndian: UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self))
            let low = (word &- 0x2121_2121_2121_2121) & ~word & 0x8080_8080_8080_8080
            guard low == 0 else {
                at &+= low.trailingZeroBitCount &>> 3
                break
            }
            at &+= 8
        }
        while at < end, unsafe !Bytes.isBlank(base[at]) { at &+= 1 }
        position = at
        return at > start ? unsafe Bytes(base + start, count: at &- start) : nil
    }

    /// The next field as an unsigned number; nil where there is none or it is not one.
    @inlinable
    public mutating func nextUnsigned() -> UInt64? {
        let base = unsafe bytes.base
        let end = bytes.count
        var at = position
        while at < end, unsafe Bytes.isBlank(base[at]) { at &+= 1 }
        let start = at
        var value: UInt64 = 0
        while at < end {
            let digit = unsafe base[at] &- 0x30
            guard digit < 10 else { break }
            value = value &* 10 &+ UInt64(digit)
            at &+= 1
        }
        let length = at &- start
        if length > 0, length < 19, unsafe at == end || Bytes.isBlank(base[at]) {
            position = at
            return value
        }
        // Long, or no number at all.
        position = start
        return nextField()?.unsigned
    }

    /// Walks over `fields` fields; false where there are fewer.
    @inlinable
    @discardableResult
    public mutating func skipFields(_ fields: Int) -> Bool {
        fields <= 0 || walk(fields) == fields
    }

    /// Walks over all fields that are left and says how many there were.
    @inlinable
    public mutating func countFields() -> Int {
        walk(.max)
    }

    /// Walks over at most `limit` fields, more than none, and says how many there were.
    @usableFromInline
    mutating func walk(_ limit: Int) -> Int {
        let base = unsafe bytes.base
        let end = bytes.count
        var at = position
        var left = limit
        // Eight bytes at a step, as long as they are printable or spaces: a field ends where a space follows one that
        // is none. The top bit of each byte of a mask stands for the byte.
        let top: UInt64 = 0x8080_8080_8080_8080
        var isInField: UInt64 = 0
        while at &+ 8 <= end {
            let word = unsafe UInt64(littleEndian: UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self))
            let printable = ((word & ~top) &+ 0x5F5F_5F5F_5F5F_5F5F | word) & top
            let notSpace = (((word ^ 0x2020_2020_2020_2020) & ~top) &+ ~top | word) & top
            guard printable == notSpace else { break }
            let ends = ~printable & (printable &<< 8 | isInField) & top
            let count = ends.nonzeroBitCount
            guard count < left else { break }
            left &-= count
            isInField = printable &>> 56
            at &+= 8
        }
        if isInField != 0 {
            while at < end, unsafe !Bytes.isBlank(base[at]) { at &+= 1 }
            left &-= 1
        }
        while left > 0 {
            while at < end, unsafe Bytes.isBlank(base[at]) { at &+= 1 }
            guard at < end else { break }
            while at < end, unsafe !Bytes.isBlank(base[at]) { at &+= 1 }
            left &-= 1
        }
        position = at
        return limit &- left
    }
}

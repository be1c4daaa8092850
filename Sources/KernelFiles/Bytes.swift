// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A bounds-checked view of bytes that lie in a reader's arena.
///
/// A view made by `KernelFileReader` is good until that reader starts its next collection (`beginCollection`). Read
/// later it shows other bytes, never unmapped memory: an arena keeps its blocks as long as its reader lives. No
/// operation traps, whatever the bytes and the indices are.
@safe
public struct Bytes {
    @usableFromInline let base: UnsafePointer<UInt8>
    /// Number of bytes.
    public let count: Int

    /// A view of `count` bytes at `base`, which must stay readable as long as the view is used.
    @inlinable
    public init(_ base: UnsafePointer<UInt8>, count: Int) {
        unsafe self.base = base
        self.count = max(0, count)
    }

    /// A view of a string literal's bytes.
    @inlinable
    public init(_ text: StaticString) {
        unsafe self.init(text.utf8Start, count: text.utf8CodeUnitCount)
    }

    /// True where there is no byte.
    @inlinable public var isEmpty: Bool { count == 0 }

    /// The byte at an offset; nil outside of the view.
    @inlinable
    public subscript(offset: Int) -> UInt8? {
        offset >= 0 && offset < count ? unsafe base[offset] : nil
    }

    /// The bytes from `start` up to and without `end`, both cut to the view.
    @inlinable
    public subscript(start: Int, end: Int) -> Bytes {
        let from = min(max(0, start), count)
        return unsafe Bytes(base + from, count: min(max(from, end), count) - from)
    }

    /// Everything from `start` on.
    @inlinable public func from(_ start: Int) -> Bytes { self[start, count] }

    /// Everything before `end`.
    @inlinable public func upTo(_ end: Int) -> Bytes { self[0, end] }

    /// The raw bytes, for code that copies or matches them.
    ///
    /// The pointer is good as long as the view is.
    @inlinable
    public var unsafeBuffer: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: base, count: count)
    }

    /// A copy as text; bytes that are not UTF-8 become U+FFFD.
    public var text: String {
        unsafe String(decoding: unsafeBuffer, as: UTF8.self)
    }

    /// A copy of the bytes.
    public var array: [UInt8] { unsafe [UInt8](unsafeBuffer) }

    /// Offset of the first `byte` at or after `start`; nil where there is none.
    @inlinable
    public func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        var at = max(0, start)
        // Eight bytes at a step; most of what is looked for is the end of a short line.
        let wanted = UInt64(byte) &* 0x0101_0101_0101_0101
        let near = min(count &- 8, at &+ 56)
        while at <= near {
            let word = unsafe UInt64(littleEndian: UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self)) ^ wanted
            // The lowest bit that is set marks the first byte that is zero.
            let zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
            if zeros != 0 { return at &+ zeros.trailingZeroBitCount &>> 3 }
            at &+= 8
        }
        return at < count ? farIndex(of: byte, from: at) : nil
    }

    @usableFromInline
    func farIndex(of byte: UInt8, from start: Int) -> Int? {
        guard start < count, let found = unsafe memchr(base + start, Int32(byte), count &- start) else { return nil }
        return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    /// Offset of the last `byte`; nil where there is none.
    @inlinable
    public func lastIndex(of byte: UInt8) -> Int? {
        var at = count &- 1
        while at >= 0 {
            if unsafe base[at] == byte { return at }
            at &-= 1
        }
        return nil
    }

    /// Without the spaces, tabs, line ends and NULs on both sides.
    public var trimmed: Bytes {
        var start = 0
        var end = count
        while start < end, unsafe Bytes.isBlank(base[start]) { start &+= 1 }
        while end > start, unsafe Bytes.isBlank(base[end &- 1]) { end &-= 1 }
        return self[start, end]
    }

    /// Number of spaces, tabs, line ends and NULs in front of anything else.
    public var leadingBlanks: Int {
        var at = 0
        while at < count, unsafe Bytes.isBlank(base[at]) { at &+= 1 }
        return at
    }

    @inlinable
    static func isBlank(_ byte: UInt8) -> Bool {
        // Bits 0, 9 to 13 and 32.
        byte <= 0x20 && (0x1_0000_3E01 as UInt64) &>> UInt64(byte) & 1 != 0
    }

    /// True where the view begins with the literal's bytes.
    @inlinable
    public func hasPrefix(_ prefix: StaticString) -> Bool {
        prefix.utf8CodeUnitCount <= count && holds(prefix, at: 0)
    }

    /// True where the view ends with the literal's bytes.
    @inlinable
    public func hasSuffix(_ suffix: StaticString) -> Bool {
        suffix.utf8CodeUnitCount <= count && holds(suffix, at: count &- suffix.utf8CodeUnitCount)
    }

    /// True where a literal, for which there must be room, stands at an offset.
    ///
    /// Literals are short, so a loop beats a call.
    @inlinable
    func holds(_ literal: StaticString, at offset: Int) -> Bool {
        let other = unsafe literal.utf8Start
        var at = 0
        while at < literal.utf8CodeUnitCount {
            guard unsafe base[offset &+ at] == other[at] else { return false }
            at &+= 1
        }
        return true
    }

    /// True where both views hold the same bytes.
    public static func == (left: Bytes, right: Bytes) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe memcmp(left.base, right.base, left.count) == 0
    }

    /// True where the view holds exactly the literal's bytes.
    @inlinable
    public static func == (left: Bytes, right: StaticString) -> Bool {
        left.count == right.utf8CodeUnitCount && left.holds(right, at: 0)
    }

    /// True where the view does not hold exactly the literal's bytes.
    @inlinable
    public static func != (left: Bytes, right: StaticString) -> Bool { !(left == Bytes(right)) }

    /// True where the view holds exactly the string's UTF-8 bytes.
    public static func == (left: Bytes, right: String) -> Bool {
        var at = 0
        for byte in right.utf8 {
            guard left[at] == byte else { return false }
            at &+= 1
        }
        return at == left.count
    }
}

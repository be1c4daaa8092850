// SPDX-License-Identifier: Apache-2.0

/// Loads that answer `nil` outside the span.
///
/// Every netlink field goes through them, so no length in a message can
/// make the process trap. Netlink is in host byte order.
extension RawSpan {
    /// A byte; nil where it does not lie within the span.
    public func uint8(at offset: Int) -> UInt8? {
        guard offset >= 0, offset < byteCount else { return nil }
        // Any bit pattern is a UInt8, and the bounds were checked in the line above.
        return unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
    }

    /// A number of two bytes; nil where it does not lie within the span.
    public func uint16(at offset: Int) -> UInt16? {
        guard offset >= 0, offset <= byteCount &- 2 else { return nil }
        // As above.
        return unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
    }

    /// A number of four bytes; nil where it does not lie within the span.
    public func uint32(at offset: Int) -> UInt32? {
        guard offset >= 0, offset <= byteCount &- 4 else { return nil }
        // As above.
        return unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }

    /// A number of eight bytes; nil where it does not lie within the span.
    public func uint64(at offset: Int) -> UInt64? {
        guard offset >= 0, offset <= byteCount &- 8 else { return nil }
        // As above.
        return unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// A signed number of four bytes; nil where it does not lie within the span.
    public func int32(at offset: Int) -> Int32? {
        guard let value = uint32(at: offset) else { return nil }
        return Int32(bitPattern: value)
    }

    /// Appends the bytes of `range` to `array`; a range that leaves the span appends nothing and answers false.
    public func append(_ range: Range<Int>, to array: inout [UInt8]) -> Bool {
        guard range.lowerBound >= 0, range.upperBound <= byteCount else { return false }
        // The pointer does not outlive the closure, and the range was checked in the line above.
        unsafe withUnsafeBytes { bytes in
            unsafe array.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
        return true
    }
}

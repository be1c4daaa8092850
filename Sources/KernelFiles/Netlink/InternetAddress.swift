// SPDX-License-Identifier: Apache-2.0

/// An IPv4 or IPv6 address.
public struct InternetAddress: Equatable, Hashable, Sendable {
    /// Which of the two it is.
    public let family: AddressFamily

    /// The first eight bytes of an IPv6 address in network order; an IPv4 address stands in the lower half.
    public let high: UInt64

    /// The last eight bytes of an IPv6 address in network order, 0 for IPv4.
    public let low: UInt64

    /// An IPv4 address from its number, 0x7f000001 for the loopback address.
    public init(ipv4 number: UInt32) {
        family = .ipv4
        high = UInt64(number)
        low = 0
    }

    /// An IPv6 address from its two halves.
    public init(ipv6 high: UInt64, _ low: UInt64) {
        family = .ipv6
        self.high = high
        self.low = low
    }

    /// Reads an attribute's value, which must have the size of its family.
    init?(_ family: AddressFamily, _ value: Range<Int>, in bytes: RawSpan) {
        guard value.count == family.addressSize else { return nil }
        switch family {
        case .ipv4:
            guard let number = bytes.uint32(at: value.lowerBound) else { return nil }
            self.init(ipv4: UInt32(bigEndian: number))
        case .ipv6:
            guard let high = bytes.uint64(at: value.lowerBound), let low = bytes.uint64(at: value.lowerBound &+ 8)
            else { return nil }
            self.init(ipv6: UInt64(bigEndian: high), UInt64(bigEndian: low))
        }
    }

    /// Appends the address as text: dotted for IPv4, the form of RFC 5952 for IPv6.
    ///
    /// At most 45 bytes.
    public func appendText(to text: inout [UInt8]) {
        switch family {
        case .ipv4: appendDotted(UInt32(truncatingIfNeeded: high), to: &text)
        case .ipv6: appendGroups(to: &text)
        }
    }

    private func group(_ position: Int) -> UInt16 {
        let half = position < 4 ? high : low
        return UInt16(truncatingIfNeeded: half >> UInt64((3 - position & 3) * 16))
    }

    private func appendDotted(_ number: UInt32, to text: inout [UInt8]) {
        for position in 0..<4 {
            let byte = UInt8(truncatingIfNeeded: number >> UInt32(24 - position * 8))
            if byte >= 100 { text.append(0x30 + byte / 100) }
            if byte >= 10 { text.append(0x30 + byte / 10 % 10) }
            text.append(0x30 + byte % 10)
            if position < 3 { text.append(0x2e) }
        }
    }

    private func appendGroups(to text: inout [UInt8]) {
        // Mapped IPv4 addresses are the one case that is written with dots.
        if high == 0, low >> 32 == 0xffff {
            text.append(contentsOf: "::ffff:".utf8)
            appendDotted(UInt32(truncatingIfNeeded: low), to: &text)
            return
        }
        let zeros = longestZeroRun()
        var position = 0
        while position < 8 {
            if position == zeros.lowerBound, !zeros.isEmpty {
                text.append(0x3a)
                if position == 0 { text.append(0x3a) }
                position = zeros.upperBound
                continue
            }
            appendHexadecimal(group(position), to: &text)
            position += 1
            if position < 8 { text.append(0x3a) }
        }
    }

    /// The first of the longest runs of at least two groups that are zero.
    private func longestZeroRun() -> Range<Int> {
        var longest = 0..<0
        var start = 0
        for position in 0..<8 {
            if group(position) != 0 {
                start = position + 1
            } else if position + 1 - start > max(longest.count, 1) {
                longest = start..<(position + 1)
            }
        }
        return longest
    }

    private func appendHexadecimal(_ number: UInt16, to text: inout [UInt8]) {
        var isLeading = true
        for position in 0..<4 {
            let digit = UInt8(truncatingIfNeeded: number >> UInt16(12 - position * 4)) & 0xf
            if digit == 0, isLeading, position < 3 { continue }
            isLeading = false
            text.append(hexadecimalDigit(digit))
        }
    }
}

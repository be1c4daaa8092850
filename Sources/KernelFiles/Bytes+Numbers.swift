// SPDX-License-Identifier: Apache-2.0

import Glibc

extension Bytes {
    /// The whole view as an unsigned decimal number; nil where it is empty, holds another byte or overflows.
    @inlinable
    public var unsigned: UInt64? {
        guard count > 0, count < 19 else { return longUnsigned }
        var value: UInt64 = 0
        var at = 0
        while at < count {
            let digit = unsafe base[at] &- 0x30
            guard digit < 10 else { return nil }
            value = value &* 10 &+ UInt64(digit)
            at &+= 1
        }
        return value
    }

    /// The same for 19 digits and more, which may be too many.
    @usableFromInline
    var longUnsigned: UInt64? {
        guard count > 0, count <= 20 else { return nil }
        var value: UInt64 = 0
        for at in 0..<count {
            let digit = unsafe base[at] &- 0x30
            guard digit < 10 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }

    /// The whole view as a signed decimal number with an optional sign; nil where it is none or overflows.
    public var signed: Int64? {
        let negative = self[0] == 0x2D
        let digits = negative || self[0] == 0x2B ? from(1) : self
        guard let magnitude = digits.unsigned else { return nil }
        if negative {
            return magnitude <= UInt64(Int64.max) + 1 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
        }
        return Int64(exactly: magnitude)
    }

    /// The whole view as a hexadecimal number, with or without `0x`; nil where it is none or has over 64 bits.
    public var hexadecimal: UInt64? {
        let digits = hasPrefix("0x") || hasPrefix("0X") ? from(2) : self
        guard digits.count > 0, digits.count <= 16 else { return nil }
        var value: UInt64 = 0
        for at in 0..<digits.count {
            let byte = unsafe digits.base[at]
            var digit = byte &- 0x30
            if digit > 9 {
                // Letters of both cases, to 10 and above.
                digit = (byte | 0x20) &- 0x57
                guard digit > 9, digit < 16 else { return nil }
            }
            value = value << 4 | UInt64(digit)
        }
        return value
    }

    /// The whole view as a decimal fraction such as `12.50`, exactly: the digits as an integer and how many of them
    /// stand behind the point.
    ///
    /// nil where it is none, negative, or has more than 19 digits.
    public var decimal: (digits: UInt64, scale: Int)? {
        guard count > 0, count <= 20 else { return nil }
        var digits: UInt64 = 0
        var scale = 0
        var seen = 0
        var point = false
        for at in 0..<count {
            let byte = unsafe base[at]
            if byte == 0x2E, !point {
                point = true
                continue
            }
            let digit = byte &- 0x30
            guard digit < 10, seen < 19 else { return nil }
            digits = digits &* 10 &+ UInt64(digit)
            seen &+= 1
            if point { scale &+= 1 }
        }
        return seen > 0 ? (digits, scale) : nil
    }

    /// The whole view as a decimal fraction with an optional sign and exponent (`1.5`, `-3e7`); nil where it is none.
    ///
    /// What C takes for a number beside that, the kernel does not write: `0x10`, `inf`, `nan`. Correctly rounded. Short
    /// decimals need one division, everything else goes through strtod in the C locale (the process never sets another
    /// one).
    public var real: Double? {
        if let (digits, scale) = decimal, digits < 1 << 53, scale <= 22 {
            return Double(digits) / Bytes.powersOfTen[scale]
        }
        guard count > 0, count < 64, isDecimalNotation else { return nil }
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { copy -> Double? in
            for at in 0..<count { unsafe copy[at] = CChar(bitPattern: base[at]) }
            unsafe copy[count] = 0
            guard let start = copy.baseAddress else { return nil }
            var end: UnsafeMutablePointer<CChar>?
            let value = unsafe strtod(start, &end)
            return unsafe end == start + count && value.isFinite ? value : nil
        }
    }

    /// True where there is nothing but decimal digits, a point, signs and an exponent's letter.
    private var isDecimalNotation: Bool {
        for at in 0..<count {
            switch unsafe base[at] {
            case 0x30...0x39, 0x2E, 0x2B, 0x2D, 0x45, 0x65: continue
            default: return false
            }
        }
        return true
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}

// SPDX-License-Identifier: Apache-2.0

/// Writes numbers exactly as Prometheus's Go client prints them.
///
/// That is the shortest decimal that reads back as the same double, with an exponent of at least two digits when the
/// decimal exponent is below -4 or above 5: `123456`, `1e+06`, `0.0001`, `1e-05`, `-0`, `+Inf`, `NaN`. No call
/// allocates, except that the first double which needs it builds a table of powers of ten (10 kB).
///
/// Every function needs room for ``maximumLength`` bytes, may write anywhere in them (it stores whole words), and
/// returns how many of them are the text.
public enum NumberText {
    /// The room, in bytes, that every `write` needs at its destination.
    @inlinable
    public static var maximumLength: Int { 32 }

    /// Integers up to here are doubles of their own, so their digits need no floating point.
    private static let largestExactInteger: UInt64 = 1 << 53

    /// Writes an unsigned integer, rounded to the nearest double where it has more than 53 bits.
    ///
    /// - Returns: the length of the text.
    public static func write(_ value: UInt64, to text: UnsafeMutablePointer<UInt8>) -> Int {
        if value < 10 {
            unsafe text.pointee = UInt8(truncatingIfNeeded: value) | 0x30
            return 1
        }
        if value <= largestExactInteger {
            return unsafe lay(value, exponent: 0, at: text)
        }
        return unsafe writeShortest(of: Double(value), to: text)
    }

    /// Writes a signed integer, rounded to the nearest double where its magnitude has more than 53 bits.
    ///
    /// - Returns: the length of the text.
    public static func write(_ value: Int64, to text: UnsafeMutablePointer<UInt8>) -> Int {
        guard value < 0 else { return unsafe write(value.magnitude, to: text) }
        unsafe text.pointee = UInt8(ascii: "-")
        return unsafe 1 &+ write(value.magnitude, to: text + 1)
    }

    /// Writes a double; every NaN is `NaN`, and negative zero keeps its sign.
    ///
    /// - Returns: the length of the text.
    public static func write(_ value: Double, to text: UnsafeMutablePointer<UInt8>) -> Int {
        guard value.isFinite else { return unsafe writeSpecial(value, to: text) }
        if value.sign == .minus {
            unsafe text.pointee = UInt8(ascii: "-")
            return unsafe 1 &+ writeMagnitude(-value, to: text + 1)
        }
        return unsafe writeMagnitude(value, to: text)
    }

    /// Writes `value` / 10^`scale` as the quotient of the two doubles would print.
    ///
    /// Up to 15 digits are that number already: no two decimals of so few digits share a double.
    ///
    /// - Parameters:
    ///   - value: the decimal's digits.
    ///   - scale: how many of them stand after the point, 0 to 19.
    ///   - text: where to write.
    /// - Returns: the length of the text.
    public static func write(decimal value: UInt64, scale: Int, to text: UnsafeMutablePointer<UInt8>) -> Int {
        precondition(scale >= 0 && scale <= 19, "a decimal has 0 to 19 digits after its point")
        if value < 1_000_000_000_000_000 {
            guard value != 0 else { return unsafe write(value, to: text) }
            return unsafe lay(value, exponent: -scale, at: text)
        }
        return unsafe write(Double(value) / powerOfTen(scale), to: text)
    }

    // MARK: - From a double to digits

    /// Writes a finite double that is not negative.
    private static func writeMagnitude(_ value: Double, to text: UnsafeMutablePointer<UInt8>) -> Int {
        if value < 0x1p53 {
            let integer = UInt64(value)
            if Double(integer) == value {
                return unsafe write(integer, to: text)
            }
            // Most fractions a host reports are thousandths. The division is exact to the last bit, so a match with
            // at most 15 digits is the one decimal of that length, hence the shortest.
            let thousandths = UInt64(min(value, 1e12) * 1000 + 0.5)
            if thousandths < 1_000_000_000_000_000, Double(thousandths) / 1000 == value {
                return unsafe lay(thousandths, exponent: -3, at: text)
            }
        }
        return unsafe writeShortest(of: value, to: text)
    }

    /// Writes a finite double above zero with the general algorithm.
    private static func writeShortest(of value: Double, to text: UnsafeMutablePointer<UInt8>) -> Int {
        let decimal = ShortestDecimal(value)
        return unsafe lay(decimal.digits, exponent: decimal.exponent, at: text)
    }

    private static func writeSpecial(_ value: Double, to text: UnsafeMutablePointer<UInt8>) -> Int {
        if value.isNaN {
            unsafe text[0] = UInt8(ascii: "N")
            unsafe text[1] = UInt8(ascii: "a")
            unsafe text[2] = UInt8(ascii: "N")
            return 3
        }
        unsafe text[0] = value < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")
        unsafe text[1] = UInt8(ascii: "I")
        unsafe text[2] = UInt8(ascii: "n")
        unsafe text[3] = UInt8(ascii: "f")
        return 4
    }

    /// 10^`exponent` for 0 to 19; all of them are doubles without an error.
    private static func powerOfTen(_ exponent: Int) -> Double {
        var power: UInt64 = 1
        for _ in 0..<exponent { power &*= 10 }
        return Double(power)
    }
}

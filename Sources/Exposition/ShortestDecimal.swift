// SPDX-License-Identifier: Apache-2.0

/// The shortest decimal that reads back as a given double, and the nearest to it among the equally short.
///
/// The method is Schubfach (Raffaello Giulietti, "The Schubfach way to render doubles", 2020): scale the double and
/// the borders of its rounding interval by a power of ten to integers of 17 digits or fewer with two bits of fraction,
/// of which the lower also stands for all that was cut off; that is enough to compare them exactly.
struct ShortestDecimal {
    /// The significant digits; may end in zeros.
    let digits: UInt64
    /// The power of ten that multiplies them.
    let exponent: Int

    /// Finds the decimal of a finite double above zero.
    init(_ value: Double) {
        let fraction = value.significandBitPattern
        let biased = Int(value.exponentBitPattern)
        let isNormal = biased != 0
        let significand = isNormal ? fraction | 1 &<< 52 : fraction
        let binaryExponent = (isNormal ? biased : 1) &- 1075
        // Below a power of two the doubles lie twice as dense, so the interval is narrower there.
        let isNarrow = fraction == 0 && biased > 1

        let power = Self.floorOfLog10(ofPowerOfTwo: binaryExponent, narrow: isNarrow)
        let shift = UInt64(binaryExponent &+ Self.floorOfLog2(ofPowerOfTen: -power) &+ 1)
        let scale = PowersOfTen[-power]

        let center = significand &<< 2
        let scaled = Self.roundToOdd(center &<< shift, times: scale)
        // Reading rounds to even, so the borders belong to an even significand only.
        let borders = significand & 1
        let lower = Self.roundToOdd((center &- (isNarrow ? 1 : 2)) &<< shift, times: scale) &+ borders
        let upper = Self.roundToOdd((center &+ 2) &<< shift, times: scale) &- borders

        let candidate = scaled &>> 2
        if candidate >= 10 {
            // At most one multiple of ten lies in the interval; if one does, nothing is shorter.
            let tenth = candidate / 10
            let isBelowInside = lower <= tenth &* 40
            let isAboveInside = tenth &* 40 &+ 40 <= upper
            if isBelowInside != isAboveInside {
                digits = isAboveInside ? tenth &+ 1 : tenth
                exponent = power &+ 1
                return
            }
        }
        exponent = power
        let isBelowInside = lower <= candidate &<< 2
        let isAboveInside = candidate &<< 2 &+ 4 <= upper
        if isBelowInside != isAboveInside {
            digits = isAboveInside ? candidate &+ 1 : candidate
            return
        }
        let middle = candidate &<< 2 | 2
        let isRoundedUp = scaled > middle || (scaled == middle && candidate & 1 == 1)
        digits = isRoundedUp ? candidate &+ 1 : candidate
    }

    /// The upper 64 bits of the product, with the lowest set if what is cut off is more than the scale's own error.
    private static func roundToOdd(_ value: UInt64, times scale: UInt128) -> UInt64 {
        let low = UInt64(truncatingIfNeeded: scale).multipliedFullWidth(by: value)
        let high = UInt64(truncatingIfNeeded: scale &>> 64).multipliedFullWidth(by: value)
        let (middle, carries) = high.low.addingReportingOverflow(low.high)
        let upper = carries ? high.high &+ 1 : high.high
        return middle > 1 ? upper | 1 : upper
    }

    /// floor(log10(2^exponent)), or of 3/4 of it for a narrow interval, for every exponent of a double.
    private static func floorOfLog10(ofPowerOfTwo exponent: Int, narrow: Bool) -> Int {
        (exponent &* 1_262_611 &- (narrow ? 524_031 : 0)) &>> 22
    }

    /// floor(log2(10^exponent)) for -1233 to 1233.
    private static func floorOfLog2(ofPowerOfTen exponent: Int) -> Int {
        (exponent &* 1_741_647) &>> 19
    }
}

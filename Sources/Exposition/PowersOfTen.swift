// SPDX-License-Identifier: Apache-2.0

/// The powers of ten that scale doubles to integers, as 128-bit significands rounded up, highest bit set.
///
/// A power of ten is a power of five shifted, so the table holds powers of five. It is computed at first use with exact
/// long integers (some 10,000 word operations) and then kept: 617 entries, 10 kB.
enum PowersOfTen {
    static let lowest = -292
    static let highest = 324

    private static let significands: [UInt128] = negativePowers() + positivePowers()

    /// The significand of 10^`exponent`, `lowest` to `highest`.
    static subscript(exponent: Int) -> UInt128 {
        significands[exponent &- lowest]
    }

    /// The powers from 5^0 to 5^highest, by repeated multiplication.
    private static func positivePowers() -> [UInt128] {
        var number = LongInteger(bit: 0)
        return (0...highest).map { exponent in
            if exponent > 0 { number.multiplyByFive() }
            return number.leading128Bits(roundedUp: true)
        }
    }

    /// The powers from 5^lowest to 5^-1: a power of two divided again and again, whose quotients stay exact floors.
    private static func negativePowers() -> [UInt128] {
        // 5^292 has 679 bits, which leaves more than 128 of 832 at the end.
        var number = LongInteger(bit: 832)
        let powers = (1 ... -lowest).map { _ in
            number.divideByFive()
            // No negative power of five is a finite binary fraction, so rounding up always adds one.
            return number.leading128Bits(roundedUp: false) &+ 1
        }
        return powers.reversed()
    }

    /// An unsigned integer of 896 bits.
    private struct LongInteger {
        /// Words, lowest first.
        private var words: [UInt64]

        init(bit: Int) {
            words = Array(repeating: 0, count: 14)
            words[bit / 64] = 1 &<< UInt64(bit % 64)
        }

        mutating func multiplyByFive() {
            var carry: UInt64 = 0
            for index in words.indices {
                let product = UInt128(words[index]) &* 5 &+ UInt128(carry)
                words[index] = UInt64(truncatingIfNeeded: product)
                carry = UInt64(truncatingIfNeeded: product &>> 64)
            }
        }

        mutating func divideByFive() {
            var remainder: UInt64 = 0
            for index in words.indices.reversed() {
                let part = (5 as UInt64).dividingFullWidth((remainder, words[index]))
                words[index] = part.quotient
                remainder = part.remainder
            }
        }

        func leading128Bits(roundedUp: Bool) -> UInt128 {
            guard let top = words.lastIndex(where: { $0 != 0 }) else { return 0 }
            func word(_ index: Int) -> UInt128 { index >= 0 ? UInt128(words[index]) : 0 }
            let shift = UInt128(words[top].leadingZeroBitCount)
            var leading = word(top) &<< 64 | word(top &- 1)
            var rest = word(top &- 2)
            leading = leading &<< shift | (rest &<< shift) &>> 64
            rest = (rest &<< shift) & UInt128(UInt64.max)
            let isExact = rest == 0 && words.prefix(max(0, top &- 2)).allSatisfy { $0 == 0 }
            return roundedUp && !isExact ? leading &+ 1 : leading
        }
    }
}

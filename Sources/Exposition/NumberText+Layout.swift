// SPDX-License-Identifier: Apache-2.0

extension NumberText {
    /// Eight ASCII zeros.
    private static let zeros: UInt64 = 0x3030_3030_3030_3030

    /// Lays out `digits` * 10^`exponent`, where `digits` is not zero, as Go's format 'g' does.
    ///
    /// The digits are stored one byte to the right of their place, so that a decimal point can be slipped in between.
    static func lay(_ digits: UInt64, exponent: Int, at text: UnsafeMutablePointer<UInt8>) -> Int {
        let (count, significant) = unsafe store(digits, at: text + 1)
        let point = count &+ exponent
        if point > 6 || point < -3 {
            return unsafe layScientific(significant: significant, exponent: point &- 1, at: text)
        }
        if point <= 0 {
            return unsafe layFraction(digits, significant: significant, zeros: -point, at: text)
        }
        let word = unsafe load(text + 1)
        if significant <= point {
            // Whole: what the digits do not cover, up to the point, are zeros.
            let kept = lowBytes(significant)
            unsafe store(word: (word & kept) | (zeros & ~kept), at: text)
            return point
        }
        // The digits before the point move left by one, the rest stays where it is.
        let before = word & lowBytes(point)
        let dot = UInt64(UInt8(ascii: ".")) &<< UInt64(point &* 8)
        let after = (word &<< 8) & ~lowBytes(point &+ 1)
        unsafe store(word: before | dot | after, at: text)
        return significant &+ 1
    }

    /// Turns the digits at `text` + 1 into `d.ddde±dd`.
    private static func layScientific(
        significant: Int, exponent: Int, at text: UnsafeMutablePointer<UInt8>
    ) -> Int {
        unsafe text[0] = text[1]
        var length = 1
        if significant > 1 {
            unsafe text[1] = UInt8(ascii: ".")
            length = significant &+ 1
        }
        unsafe text[length] = UInt8(ascii: "e")
        unsafe text[length &+ 1] = exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")
        length &+= 2
        var rest = UInt32(truncatingIfNeeded: exponent.magnitude)
        if rest >= 100 {
            unsafe text[length] = UInt8(truncatingIfNeeded: rest / 100) | 0x30
            rest %= 100
            length &+= 1
        }
        unsafe text[length] = UInt8(truncatingIfNeeded: rest / 10) | 0x30
        unsafe text[length &+ 1] = UInt8(truncatingIfNeeded: rest % 10) | 0x30
        return length &+ 2
    }

    /// Writes `0.`, up to three zeros and the digits.
    private static func layFraction(
        _ digits: UInt64, significant: Int, zeros count: Int, at text: UnsafeMutablePointer<UInt8>
    ) -> Int {
        unsafe store(word: zeros, at: text)
        unsafe text[1] = UInt8(ascii: ".")
        _ = unsafe store(digits, at: text + (2 &+ count))
        return 2 &+ count &+ significant
    }

    /// Stores all digits of a number above zero at `text`; touches up to 24 bytes.
    ///
    /// - Returns: how many digits it has, and how many without the trailing zeros.
    private static func store(
        _ digits: UInt64, at text: UnsafeMutablePointer<UInt8>
    ) -> (count: Int, significant: Int) {
        if digits < 100_000_000 {
            let bytes = bytesOfDigits(digits)
            let skipped = bytes.trailingZeroBitCount & ~7
            unsafe store(word: (bytes &>> UInt64(skipped)) | zeros, at: text)
            let count = 8 &- skipped &>> 3
            return (count, count &- bytes.leadingZeroBitCount &>> 3)
        }
        let (high, low) = digits.quotientAndRemainder(dividingBy: 100_000_000)
        let upper = unsafe store(high, at: text)
        let bytes = bytesOfDigits(low)
        unsafe store(word: bytes | zeros, at: text + upper.count)
        let count = upper.count &+ 8
        return (count, low == 0 ? upper.significant : count &- bytes.leadingZeroBitCount &>> 3)
    }

    /// The eight decimal digits of a number below 10^8, one in each byte, the first in the lowest byte.
    ///
    /// Splits into halves, quarters and digits, all lanes of a word at once; the multiplications stand for divisions
    /// by 100 and by 10 that are right for every value a lane can have.
    private static func bytesOfDigits(_ value: UInt64) -> UInt64 {
        let upper = value / 10_000
        let fours = upper | (value &- upper &* 10_000) &<< 32
        let hundreds = ((fours &* 10_486) &>> 20) & 0x7f_0000_007f
        let pairs = hundreds | (fours &- hundreds &* 100) &<< 16
        let tens = ((pairs &* 103) &>> 10) & 0x000f_000f_000f_000f
        return tens | (pairs &- tens &* 10) &<< 8
    }

    /// A mask of the lowest `count` bytes, 0 to 7.
    private static func lowBytes(_ count: Int) -> UInt64 {
        (1 &<< UInt64(count &* 8)) &- 1
    }

    private static func load(_ text: UnsafeMutablePointer<UInt8>) -> UInt64 {
        unsafe UInt64(littleEndian: UnsafeRawPointer(text).loadUnaligned(as: UInt64.self))
    }

    private static func store(word: UInt64, at text: UnsafeMutablePointer<UInt8>) {
        unsafe UnsafeMutableRawPointer(text).storeBytes(of: word.littleEndian, as: UInt64.self)
    }
}

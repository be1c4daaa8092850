// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Shortest decimals by glibc's exact conversions, laid out by Go's rules: slow, plain, and nothing of ours in it.
public struct NumberReference {
    private var buffer = [CChar](repeating: 0, count: 64)

    /// Makes a reference with a buffer of its own.
    public init() {}

    /// The text of a finite double: the fewest digits that `strtod` reads back.
    public mutating func text(of value: Double) -> [UInt8] {
        for digits in 1...17 {
            if let text = text(of: value, digits: digits) { return text }
        }
        return []
    }

    /// The text of a finite double with that many digits, or nil where none so short reads back.
    public mutating func text(of value: Double, digits: Int) -> [UInt8]? {
        if let text = roundTrip(value, digits: digits) { return text }
        // The interval around a power of two is wider above it: the nearest decimal may miss it, the next one not.
        guard value.significandBitPattern == 0, digits > 1 else { return nil }
        for index in stride(from: digits, through: 0, by: -1) where buffer[index] != 46 {
            if buffer[index] != 57 {
                buffer[index] += 1
                return strtod(buffer, nil) == value ? layOut() : nil
            }
            buffer[index] = 48
        }
        return nil
    }

    /// What the buffer holds, `[-]d[.ddd]e±dd`, as Go's format 'g' prints it.
    ///
    /// Loops and appends only: unoptimized builds pay dearly for slices, and tests come here a million times.
    private func layOut() -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(32)
        var digits: [UInt8] = []
        digits.reserveCapacity(32)
        var index = 0
        while buffer[index] != 101 {
            let byte = UInt8(bitPattern: buffer[index])
            if byte == 45 { result.append(byte) }
            if byte >= 48 { digits.append(byte) }
            index += 1
        }
        while digits.count > 1, digits[digits.count - 1] == 48 { digits.removeLast() }
        var exponent = 0
        var place = index + 2
        while buffer[place] != 0 {
            exponent = exponent * 10 + Int(buffer[place]) - 48
            place += 1
        }
        if buffer[index + 1] == 45 { exponent = -exponent }

        let isZero = digits[0] == 48
        let isScientific = !isZero && (exponent < -4 || exponent >= 6)
        var point = isScientific || isZero ? 0 : exponent
        if point < 0 {
            result.append(48)
            result.append(46)
            while point < -1 {
                result.append(48)
                point += 1
            }
        }
        while digits.count <= point { digits.append(48) }
        place = 0
        while place < digits.count {
            result.append(digits[place])
            if place == point, place + 1 < digits.count { result.append(46) }
            place += 1
        }
        if isScientific {
            result.append(101)
            result.append(exponent < 0 ? 45 : 43)
            if abs(exponent) < 10 { result.append(48) }
            result.append(contentsOf: String(abs(exponent)).utf8)
        }
        return result
    }

    /// Rounds to that many digits, which glibc does exactly, and reads them back.
    private mutating func roundTrip(_ value: Double, digits: Int) -> [UInt8]? {
        _ = withVaList([CInt(digits - 1), value]) { vsnprintf(&buffer, buffer.count, "%.*e", $0) }
        return strtod(buffer, nil) == value ? layOut() : nil
    }
}

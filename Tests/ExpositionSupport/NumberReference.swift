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
    private func layOut() -> [UInt8] {
        buffer.withUnsafeBufferPointer { buffer in
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
            let exponent = exponentValue(buffer[(index + 1)...])
            if digits[0] == 48 {
                result.append(48)
            } else if exponent < -4 || exponent >= 6 {
                result.append(digits[0])
                if digits.count > 1 { result += [46] + digits.dropFirst() }
                result += exponent < 0 ? [101, 45] : [101, 43]
                result += Array((abs(exponent) < 10 ? "0" : "").utf8) + Array("\(abs(exponent))".utf8)
            } else if exponent < 0 {
                result += [48, 46] + Array(repeating: 48, count: -exponent - 1) + digits
            } else {
                while digits.count <= exponent { digits.append(48) }
                result += digits[...exponent]
                if digits.count > exponent + 1 { result += [46] + digits[(exponent + 1)...] }
            }
            return result
        }
    }

    private func exponentValue(_ text: Slice<UnsafeBufferPointer<CChar>>) -> Int {
        let magnitude = text.dropFirst().prefix { $0 != 0 }.reduce(0) { $0 * 10 + Int($1) - 48 }
        return text.first == 45 ? -magnitude : magnitude
    }

    /// Rounds to that many digits, which glibc does exactly, and reads them back.
    private mutating func roundTrip(_ value: Double, digits: Int) -> [UInt8]? {
        _ = withVaList([CInt(digits - 1), value]) { vsnprintf(&buffer, buffer.count, "%.*e", $0) }
        return strtod(buffer, nil) == value ? layOut() : nil
    }
}

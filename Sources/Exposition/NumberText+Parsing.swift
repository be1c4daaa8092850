// SPDX-License-Identifier: Apache-2.0

import Glibc

extension NumberText {
    /// Reads a number as Go's parser of the text format does, or nil where it is none.
    ///
    /// Accepted are decimals with or without sign, point and exponent, `inf` and `infinity` with or without sign, and
    /// `nan` without, in any case. A number too large for a double is none; one too small is zero.
    ///
    /// - Parameter text: any bytes.
    /// - Returns: the nearest double.
    public static func parse(_ text: ArraySlice<UInt8>) -> Double? {
        var rest = text
        let isNegative = rest.first == UInt8(ascii: "-")
        let isSigned = isNegative || rest.first == UInt8(ascii: "+")
        if isSigned { rest.removeFirst() }
        if let special = special(rest, isSigned: isSigned) { return isNegative ? -special : special }

        var digits: UInt64 = 0
        var count = 0
        var decimals = 0
        var hasPoint = false
        while let byte = rest.first {
            if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                digits = digits &* 10 &+ UInt64(byte & 0x0f)
                count &+= 1
                decimals &+= hasPoint ? 1 : 0
            } else {
                break
            }
            rest.removeFirst()
        }
        guard count > 0 else { return nil }
        if rest.isEmpty, count <= 15 {
            // Both are doubles without an error, and one division rounds once.
            var divisor: UInt64 = 1
            for _ in 0..<decimals { divisor &*= 10 }
            let magnitude = Double(digits) / Double(divisor)
            return isNegative ? -magnitude : magnitude
        }
        guard isExponent(rest) else { return nil }
        return convert(text)
    }

    private static func special(_ text: ArraySlice<UInt8>, isSigned: Bool) -> Double? {
        guard let first = text.first, first | 0x20 >= UInt8(ascii: "i") else { return nil }
        let word = text.prefix(9).map { $0 | 0x20 }
        if word.elementsEqual("inf".utf8) || word.elementsEqual("infinity".utf8) { return .infinity }
        return word.elementsEqual("nan".utf8) && !isSigned ? .nan : nil
    }

    /// Whether it is nothing, or `e`, perhaps a sign, and digits.
    private static func isExponent(_ text: ArraySlice<UInt8>) -> Bool {
        guard let mark = text.first else { return true }
        guard mark | 0x20 == UInt8(ascii: "e") else { return false }
        var digits = text.dropFirst()
        if digits.first == UInt8(ascii: "-") || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        return !digits.isEmpty && digits.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }

    /// Converts what is known to be a decimal number, with the one rounding that only long integers get right.
    private static func convert(_ text: ArraySlice<UInt8>) -> Double? {
        var terminated = text.map { CChar(bitPattern: $0) }
        terminated.append(0)
        let value = unsafe strtod(terminated, nil)
        return value.isFinite ? value : nil
    }
}

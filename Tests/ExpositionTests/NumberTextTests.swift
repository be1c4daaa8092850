// SPDX-License-Identifier: Apache-2.0

import Exposition
import ExpositionSupport
import Glibc
import Testing

@Suite("Numbers as text")
struct NumberTextTests {
    @Test(
        "a double prints as Go's client prints it",
        arguments: [
            (0, "0"), (-0.0, "-0"), (1, "1"), (-1, "-1"), (999_999, "999999"), (1e6, "1e+06"), (1e5, "100000"),
            (1_234_567, "1.234567e+06"), (123_456, "123456"), (0.0001, "0.0001"), (0.00001, "1e-05"),
            (0.000123, "0.000123"), (1.5e300, "1.5e+300"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
            (.leastNonzeroMagnitude, "5e-324"),
            (-.nan, "NaN"), (0.1 + 0.2, "0.30000000000000004"), (123_456.5, "123456.5"),
            (1.7976931348623157e308, "1.7976931348623157e+308"), (9_007_199_254_740_992, "9.007199254740992e+15"),
            (1_000_000.5, "1.0000005e+06"), (1e21, "1e+21"), (1e22, "1e+22"), (1e23, "1e+23"), (36.6, "36.6"),
        ] as [(Double, String)]
    )
    func printsDoubles(value: Double, expected: String) {
        #expect(text { NumberText.write(value, to: $0) } == expected)
    }

    @Test("an integer prints as the double nearest to it")
    func printsIntegers() {
        var random = SplitMix(state: 1)
        var values: [UInt64] = [0, 1, 9, 10, 99, 100, .max, .max - 1, 1 << 63, 999_999_999_999_999]
        for shift in UInt64(3)..<64 {
            values += (0..<9).map { (1 << shift) &- 4 &+ $0 }
            values += (0..<200).map { _ in random.next() >> shift }
        }
        var power: UInt64 = 1
        for _ in 0..<19 {
            power *= 10
            values += [power - 1, power, power + 1, power &* 7]
        }
        for value in values {
            let expected = text { NumberText.write(Double(value), to: $0) }
            #expect(text { NumberText.write(value, to: $0) } == expected)
            let signed = Int64(bitPattern: value)
            #expect(
                text { NumberText.write(signed, to: $0) } == text { NumberText.write(Double(signed), to: $0) })
        }
    }

    @Test("a decimal prints as the quotient of two doubles")
    func printsDecimals() {
        var random = SplitMix(state: 2)
        for scale in 0...19 {
            let divisor = pow(10, Double(scale))
            for round in 0..<1_000 {
                let value = round < 20 ? UInt64(round) * 50 : random.next() >> UInt64(round % 64)
                let expected = text { NumberText.write(Double(value) / divisor, to: $0) }
                #expect(text { NumberText.write(decimal: value, scale: scale, to: $0) } == expected)
            }
        }
    }

    @Test("doubles of every kind are the shortest that glibc finds", arguments: 0..<4)
    func matchesFullSearch(part: Int) {
        var reference = NumberReference()
        var failures = 0
        for (index, value) in Self.edges.enumerated() where index % 4 == part {
            failures += Self.bytes(value) == reference.text(of: value) ? 0 : 1
        }
        var random = SplitMix(state: UInt64(100 + part))
        for _ in 0..<4_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            failures += Self.bytes(value) == reference.text(of: value) ? 0 : 1
        }
        #expect(failures == 0)
    }

    @Test("a million doubles read back, are nearest, and have nothing shorter", arguments: 0..<4)
    func isShortest(part: Int) {
        var reference = NumberReference()
        var random = SplitMix(state: UInt64(200 + part))
        var failures: [Double] = []
        for round in 0..<255_000 {
            let bits = random.next()
            let value: Double
            switch round % 8 {
            case 0: value = Double(bits >> 30) / 100
            case 1: value = Double(bits >> 34) / 1000
            case 2: value = Double(bits >> 20) / 1e9
            case 3: value = Double(bitPattern: bits >> (12 + bits % 50))
            case 4: value = Double(bits >> (bits % 60))
            default: value = Double(bitPattern: bits)
            }
            guard value.isFinite else { continue }
            if !Self.isShortest(value, reference: &reference) { failures.append(value) }
        }
        #expect(failures.isEmpty, "\(failures.prefix(5))")
    }

    // MARK: - Values and checks

    /// Powers of two and ten with their neighbours, integers around what a double holds, the ends of the range.
    private static let edges: [Double] = {
        var values: [Double] = [.greatestFiniteMagnitude, .leastNormalMagnitude, .leastNonzeroMagnitude]
        for exponent in -1074...1023 {
            values.append(scalbn(1, CInt(exponent)))
        }
        for exponent in -323...308 {
            values.append(strtod("1e\(exponent)", nil))
        }
        for center in [1 << 53, 1 << 54, 1 << 62] as [UInt64] {
            values += (0..<40).map { Double(center - 20 + $0) }
        }
        values += (0..<20).map { Double(UInt64.max - 20_000 * $0) }
        return values.flatMap { [$0.nextDown, $0, $0.nextUp] }.filter(\.isFinite)
    }()

    /// A check with two exact conversions instead of a search: the decimal of as many digits is ours, and that of one
    /// digit less reads back as another double (fewer digits are the same with zeros at the end).
    private static func isShortest(_ value: Double, reference: inout NumberReference) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.maximumLength) { buffer in
            guard let text = buffer.baseAddress else { return false }
            let length = NumberText.write(value, to: text)
            var digits = 0
            var zeros = 0
            var index = 0
            while index < length, text[index] != UInt8(ascii: "e") {
                let byte = text[index]
                index += 1
                if byte < 48 || byte == 48 && digits == 0 { continue }
                digits += 1
                zeros = byte == 48 ? zeros + 1 : 0
            }
            // Zeros at the end of an integer are no digits; those after a point are never printed.
            digits = max(1, digits - zeros)
            guard let nearest = reference.text(of: value, digits: digits), nearest.count == length,
                memcmp(nearest, text, length) == 0
            else { return false }
            return digits == 1 || reference.text(of: value, digits: digits - 1) == nil
        }
    }

    private static func bytes(_ value: Double) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: NumberText.maximumLength) { buffer, count in
            if let text = buffer.baseAddress { count = NumberText.write(value, to: text) }
        }
    }

    private func text(_ write: (UnsafeMutablePointer<UInt8>) -> Int) -> String {
        String(unsafeUninitializedCapacity: NumberText.maximumLength) { buffer in
            buffer.baseAddress.map(write) ?? 0
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import Testing

@Suite struct BytesNumbersTests {
    @Test(
        "a decimal fraction is read with its sign and exponent",
        arguments: [
            ("0", 0), ("12.50", 12.5), ("-3e7", -3e7), ("+4", 4), ("1e-3", 0.001), (".5", 0.5),
            ("10000000000000000000000", 1e22),
        ] as [(StaticString, Double)])
    func decimal(text: StaticString, value: Double) {
        #expect(Bytes(text).real == value)
    }

    @Test(
        "what only C takes for a number is none, and neither is what is larger than any",
        arguments: [
            "0x10", "0X1p3", "inf", "-inf", "infinity", "nan", "NAN(1)", "1e999", "", "-", ".", "e5", "1 ", " 1",
            "1.5.2",
        ]
            as [StaticString])
    func noDecimal(text: StaticString) {
        #expect(Bytes(text).real == nil)
        #expect(Bytes(text).unsigned == nil)
        #expect(Bytes(text).signed == nil)
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Testing

@Suite struct QuantityTests {
    @Test(
        "a reading that can be true is one",
        arguments: [
            (.chipTemperature, -40), (.chipTemperature, 110), (.temperature, 1_200), (.fanSpeed, 0),
            (.fanSpeed, 42_000), (.share, 0), (.share, 1), (.voltage, -12), (.voltage, 480), (.current, 200),
            (.cardPower, 1_400), (.power, 33_000), (.energy, 1e12), (.clock, 6e9), (.lanes, 16), (.memory, 0x1p38),
        ] as [(Quantity, Double)])
    func possible(quantity: Quantity, value: Double) {
        #expect(quantity.holds(value))
        #expect(quantity.holds(.real(value)))
    }

    @Test(
        "what a counter full of ones or a sentinel gives is none",
        arguments: [
            (.chipTemperature, .decimal(511_000, scale: 3)), (.chipTemperature, .decimal(255_000, scale: 3)),
            (.chipTemperature, .real(-273.15)), (.temperature, .real(-300)), (.fanSpeed, .unsigned(65_535)),
            (.share, .decimal(655, scale: 2)), (.share, .real(257 / 255)), (.share, .signed(-1)),
            (.cardPower, .decimal(4_294_967_295, scale: 6)), (.energy, .decimal(.max, scale: 6)),
            (.clock, .real(65_535e6)), (.lanes, .unsigned(63)), (.memory, .unsigned(.max)), (.memory, .unsigned(0)),
            (.voltage, .real(.nan)), (.power, .real(.infinity)),
        ] as [(Quantity, SampleValue)])
    func impossible(quantity: Quantity, value: SampleValue) {
        #expect(!quantity.holds(value))
    }

    @Test("memory is what its figures say as far as they can be true")
    func memory() {
        let usual = MemoryFigures(totalBytes: 100, usedBytes: 40)
        #expect(usual.totalBytes == 100 && usual.usedBytes == 40 && usual.freeBytes == 60 && usual.lostFigures == 0)
        // No memory of its own, or none that the driver knows: nothing is lost.
        let none = MemoryFigures(totalBytes: 0, usedBytes: 0)
        #expect(none.totalBytes == nil && none.usedBytes == nil && none.freeBytes == nil && none.lostFigures == 0)
        let tooMuch = MemoryFigures(totalBytes: 100, usedBytes: 101)
        #expect(tooMuch.totalBytes == 100 && tooMuch.usedBytes == nil && tooMuch.lostFigures == 1)
        let ones = MemoryFigures(totalBytes: .max, usedBytes: 5)
        #expect(ones.totalBytes == nil && ones.usedBytes == nil && ones.lostFigures == 2)
        let unknown = MemoryFigures(totalBytes: nil, usedBytes: 5)
        #expect(unknown.totalBytes == nil && unknown.usedBytes == 5 && unknown.freeBytes == nil)
        #expect(MemoryFigures(totalBytes: nil, usedBytes: .max).lostFigures == 1)
    }
}

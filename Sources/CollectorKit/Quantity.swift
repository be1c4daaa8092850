// SPDX-License-Identifier: Apache-2.0

public import Exposition

/// A physical quantity with the range that a reading of it can have.
///
/// Firmware that does not know a value often gives the largest number that fits (65535 revolutions, 511 degrees, 655 %).
/// What lies outside the range is no measurement: it is absent and counted as lost, never shown.
public enum Quantity: Sendable, CaseIterable {
    /// Temperature of a chip or a board, in Celsius.
    case chipTemperature
    /// Temperature of anything, thermocouples in furnaces and cryostats included, in Celsius.
    case temperature
    /// Speed of a fan, in revolutions per minute.
    case fanSpeed
    /// A part of a whole, 0 to 1.
    case share
    /// Relative humidity, 0 to 1.
    case humidity
    /// Voltage, in volts.
    case voltage
    /// Current, in amperes.
    case current
    /// Power that one card or processor draws or may draw, in watts.
    case cardPower
    /// Power of anything that a host measures, shelves of power supplies included, in watts.
    case power
    /// Energy, in joules.
    case energy
    /// A clock of a chip, in hertz.
    case clock
    /// Lanes of a PCI Express link.
    case lanes
    /// All memory of a device, in bytes.
    case memory

    /// The range.
    public var range: ClosedRange<Double> {
        switch self {
        // Solder melts at 180; liquid nitrogen is at -196, but a sensor under it shows less than half of that.
        case .chipTemperature: -150...200
        case .temperature: -273.15...3_000
        // The fastest fans of servers turn at 40,000.
        case .fanSpeed: 0...60_000
        case .share: 0...1
        // Sensors overshoot where water condenses.
        case .humidity: 0...1.5
        case .voltage: -2_000...2_000
        case .current: -10_000...10_000
        // All ones in 32 bits are 4,295 W where the unit is the microwatt.
        case .cardPower: 0...4_000
        case .power: -1_000_000...1_000_000
        // What a megawatt uses in three centuries, and below all ones in 64 bits of microjoules.
        case .energy: 0...1e13
        case .clock: 0...20e9
        case .lanes: 0...32
        // 0 is no memory: there is nothing to be said of it.
        case .memory: 1...Double(1 << 52 as UInt64)
        }
    }

    /// Whether a reading can be true; nothing that is no number can.
    @inlinable
    public func holds(_ value: Double) -> Bool { range.contains(value) }

    /// Whether a reading can be true.
    public func holds(_ value: SampleValue) -> Bool {
        switch value {
        case .unsigned(let number): holds(Double(number))
        case .signed(let number): holds(Double(number))
        case .real(let number): holds(number)
        case .decimal(let digits, let scale): holds(Double(digits) / Quantity.powerOfTen(scale))
        }
    }

    private static func powerOfTen(_ exponent: Int) -> Double {
        var power = 1.0
        for _ in 0..<max(0, exponent) { power *= 10 }
        return power
    }
}

/// The memory of a device: all of it, and what of it is used, as far as a driver's figures can be true.
public struct MemoryFigures: Sendable, Equatable {
    /// All of it, in bytes, never 0; nil where that is not known or there is none.
    public let totalBytes: UInt64?
    /// What is used, in bytes, at most all of it; nil where that is not known.
    public let usedBytes: UInt64?
    /// How many of the driver's figures cannot be true.
    public let lostFigures: Int
    /// Whether the driver says that there is none: a total of 0.
    public let isNone: Bool

    /// The memory of a driver's figures.
    ///
    /// A total of 0 is what drivers say for a memory that the device does not have, or that they do not know: then
    /// nothing is known, and nothing lost.
    public init(totalBytes total: UInt64?, usedBytes used: UInt64?) {
        isNone = total == 0
        if let total, !Quantity.memory.holds(Double(total)) {
            totalBytes = nil
            usedBytes = nil
            lostFigures = total == 0 ? 0 : used == nil ? 1 : 2
            return
        }
        let limit = total ?? UInt64(Quantity.memory.range.upperBound)
        let isTooMuch = used.map { $0 > limit } ?? false
        totalBytes = total
        usedBytes = isTooMuch ? nil : used
        lostFigures = isTooMuch ? 1 : 0
    }

    /// What is free, in bytes; nil where that does not follow.
    public var freeBytes: UInt64? {
        guard let totalBytes, let usedBytes else { return nil }
        return totalBytes &- usedBytes
    }
}

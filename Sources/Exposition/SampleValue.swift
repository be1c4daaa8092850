// SPDX-License-Identifier: Apache-2.0

/// A number on its way to the page.
public enum SampleValue: Sendable, Equatable {
    /// An unsigned integer, rounded to the nearest double where it has more than 53 bits.
    case unsigned(UInt64)
    /// A signed integer, likewise.
    case signed(Int64)
    /// A floating-point number.
    case real(Double)
    /// An integer divided by 10 to the power of `scale` (0 to 19), correctly rounded.
    case decimal(UInt64, scale: Int)

    @inline(__always)
    func write(to end: UnsafeMutablePointer<UInt8>) -> Int {
        switch self {
        case .unsigned(let value): unsafe NumberText.write(value, to: end)
        case .signed(let value): unsafe NumberText.write(value, to: end)
        case .real(let value): unsafe NumberText.write(value, to: end)
        case .decimal(let value, let scale): unsafe NumberText.write(decimal: value, scale: scale, to: end)
        }
    }
}

/// What can be written as a sample's value.
public protocol SampleNumber {
    /// The value as it goes to the page.
    var sampleValue: SampleValue { get }
}

extension SampleValue: SampleNumber {
    /// Itself.
    @inlinable public var sampleValue: SampleValue { self }
}

extension UInt64: SampleNumber {
    /// An unsigned integer.
    @inlinable public var sampleValue: SampleValue { .unsigned(self) }
}

extension UInt32: SampleNumber {
    /// An unsigned integer.
    @inlinable public var sampleValue: SampleValue { .unsigned(UInt64(self)) }
}

extension Int64: SampleNumber {
    /// A signed integer.
    @inlinable public var sampleValue: SampleValue { .signed(self) }
}

extension Int: SampleNumber {
    /// A signed integer.
    @inlinable public var sampleValue: SampleValue { .signed(Int64(self)) }
}

extension Double: SampleNumber {
    /// A floating-point number.
    @inlinable public var sampleValue: SampleValue { .real(self) }
}

extension Bool: SampleNumber {
    /// 1 for true, 0 for false.
    @inlinable public var sampleValue: SampleValue { .unsigned(self ? 1 : 0) }
}

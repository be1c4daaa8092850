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

// SPDX-License-Identifier: Apache-2.0

import CNVML

/// The values by which libnvidia-ml and its neighbours say "there is no value", and values that cannot be.
enum Blank {
    /// Nil for the blanks of 32 bits.
    static func none(_ value: UInt32) -> UInt32? {
        // DCGM's blanks (0x7FFFFFF0 to 0x7FFFFFF3) have been seen leaking out of the library too.
        value == .max || (0x7FFF_FFF0...0x7FFF_FFFF).contains(value) ? nil : value
    }

    /// Nil for the blanks of 64 bits: all ones, and the largest positive numbers.
    static func none(_ value: UInt64) -> UInt64? {
        value == .max || (0x7FFF_FFFF_FFFF_FFF0...0x7FFF_FFFF_FFFF_FFFF).contains(value) ? nil : value
    }

    /// A share in percent; anything above `limit` is garbage.
    static func percent(_ value: UInt32?, limit: UInt32 = 100) -> UInt32? {
        guard let value, value <= limit else { return nil }
        return value
    }

    /// A temperature that a device which still answers can have.
    ///
    /// Some calls declare it unsigned and mean signed.
    static func celsius(_ value: Int32) -> Int32? {
        (-100...300).contains(value) ? value : nil
    }

    static func celsius(_ value: UInt32?) -> Int32? {
        guard let value else { return nil }
        return celsius(Int32(bitPattern: value))
    }

    /// The number in a field value as a count, whatever its declared type.
    static func unsigned(_ field: cnvml_field_value) -> UInt64? {
        switch field.type {
        case 0: return UInt64(exactly: unsafe field.value.as_double.rounded(.towardZero))
        case 1: return none(unsafe field.value.as_u32).map(UInt64.init)
        case 2, 3: return none(unsafe field.value.as_u64)
        case 4: return UInt64(exactly: unsafe field.value.as_s64).flatMap { none($0) }
        case 5: return UInt64(exactly: unsafe field.value.as_s32)
        case 6: return UInt64(unsafe field.value.as_u16)
        default: return nil
        }
    }

    /// The number in a field value as degrees, whatever its declared type.
    static func celsius(_ field: cnvml_field_value) -> Int32? {
        switch field.type {
        case 0: return Int32(exactly: unsafe field.value.as_double.rounded()).flatMap { celsius($0) }
        // All ones is a blank where the type says unsigned, and one degree below zero where it says signed.
        case 1: return celsius(none(unsafe field.value.as_u32))
        case 5: return celsius(unsafe field.value.as_s32)
        case 2, 3, 4: return Int32(exactly: unsafe field.value.as_s64).flatMap { celsius($0) }
        case 6: return celsius(Int32(unsafe field.value.as_u16))
        default: return nil
        }
    }
}

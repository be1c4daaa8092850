// SPDX-License-Identifier: Apache-2.0

/// Text of hardware addresses.
public enum HardwareAddressText {
    /// Appends the bytes as two lower-case digits each with colons between, as sysfs does; nothing for no bytes.
    public static func append(_ address: ArraySlice<UInt8>, to text: inout [UInt8]) {
        var isFirst = true
        for byte in address {
            if !isFirst { text.append(0x3a) }
            isFirst = false
            text.append(hexadecimalDigit(byte >> 4))
            text.append(hexadecimalDigit(byte & 0xf))
        }
    }
}

/// The digit of a number below 16.
func hexadecimalDigit(_ number: UInt8) -> UInt8 {
    number < 10 ? 0x30 &+ number : 0x57 &+ number
}

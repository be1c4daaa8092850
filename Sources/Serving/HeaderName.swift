// SPDX-License-Identifier: Apache-2.0

/// Comparison of header names, in which case does not count.
enum HeaderName {
    /// Compares a name from a request with one written in lower case.
    static func matches(_ name: String, _ lowercase: String) -> Bool {
        guard name.utf8.count == lowercase.utf8.count else { return false }
        return zip(name.utf8, lowercase.utf8).allSatisfy { lowercased($0) == $1 }
    }

    /// The lower-case form of an ASCII letter, any other byte as it is.
    static func lowercased(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Comparison of header names, in which case does not count.
enum HeaderName {
    /// Compares a name from a request with one written in lower case.
    static func matches(_ name: String, _ lowercase: String) -> Bool {
        guard name.utf8.count == lowercase.utf8.count else { return false }
        var wanted = lowercase.utf8.makeIterator()
        for byte in name.utf8 {
            guard lowercased(byte) == wanted.next() else { return false }
        }
        return true
    }

    /// The lower-case form of an ASCII letter, any other byte as it is.
    static func lowercased(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
}

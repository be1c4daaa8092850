// SPDX-License-Identifier: Apache-2.0

/// Words as a POSIX shell reads them.
package enum ShellText {
    /// A word in single quotes, where it needs them.
    package static func word(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

    /// True for a word that no shell reads as anything but itself.
    static func isPlain(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-_.,:/=+@%".utf8.contains(byte)
                }
            }
    }

    /// A text in single quotes.
    package static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

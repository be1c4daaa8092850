// SPDX-License-Identifier: Apache-2.0

/// Makes text from outside safe to stand in a page.
///
/// What is not UTF-8 becomes U+FFFD, one for each maximal part of a sequence that could still have become a character
/// (as `String(decoding:as:)` does, and as Unicode recommends). Sources and destinations must not overlap.
public enum UTF8Text {
    /// The room a destination needs for `count` bytes of source: three for each, as one bad byte becomes U+FFFD.
    @inlinable
    public static func capacity(escaping count: Int) -> Int {
        count &* 3
    }

    /// Writes a label value: `\`, `"` and line feed escaped, the rest as it is.
    ///
    /// OpenMetrics wants its HELP texts in this form too.
    ///
    /// - Parameters:
    ///   - source: any bytes.
    ///   - destination: room for exactly ``capacity(escaping:)`` bytes, all of which may be overwritten.
    /// - Returns: the length of what was written.
    public static func escapeLabelValue(
        _ source: UnsafeRawBufferPointer, to destination: UnsafeMutablePointer<UInt8>
    ) -> Int {
        unsafe escape(source, quotes: true, to: destination)
    }

    /// Writes a HELP text of the text format 0.0.4: `\` and line feed escaped, the rest as it is.
    ///
    /// - Parameters:
    ///   - source: any bytes.
    ///   - destination: room for exactly ``capacity(escaping:)`` bytes, all of which may be overwritten.
    /// - Returns: the length of what was written.
    public static func escapeHelp(
        _ source: UnsafeRawBufferPointer, to destination: UnsafeMutablePointer<UInt8>
    ) -> Int {
        unsafe escape(source, quotes: false, to: destination)
    }

    /// Whether all of it is UTF-8.
    public static func isValid(_ source: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < source.count {
            let sequence = unsafe sequence(in: source, at: index)
            guard sequence.isValid else { return false }
            index &+= sequence.length
        }
        return true
    }

    // MARK: - Private

    private static func escape(
        _ source: UnsafeRawBufferPointer, quotes: Bool, to destination: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var index = 0
        var length = 0
        while index < source.count {
            // Whole words go through while they are plain; three bytes of room for each byte left make that safe.
            while source.count &- index >= 8 {
                let word = unsafe source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                guard isPlain(word) else { break }
                unsafe UnsafeMutableRawPointer(destination + length).storeBytes(of: word, as: UInt64.self)
                index &+= 8
                length &+= 8
            }
            guard index < source.count else { break }
            let byte = unsafe source[index]
            guard byte < 0x80 else {
                let sequence = unsafe sequence(in: source, at: index)
                for offset in 0..<(sequence.isValid ? sequence.length : 3) {
                    unsafe destination[length] = sequence.isValid ? source[index &+ offset] : replacement(offset)
                    length &+= 1
                }
                index &+= sequence.length
                continue
            }
            index &+= 1
            let isLineFeed = byte == UInt8(ascii: "\n")
            if isLineFeed || byte == UInt8(ascii: "\\") || (quotes && byte == UInt8(ascii: "\"")) {
                unsafe destination[length] = UInt8(ascii: "\\")
                length &+= 1
            }
            unsafe destination[length] = isLineFeed ? UInt8(ascii: "n") : byte
            length &+= 1
        }
        return length
    }

    /// The bytes of U+FFFD.
    private static func replacement(_ offset: Int) -> UInt8 {
        offset == 0 ? 0xef : offset == 1 ? 0xbf : 0xbd
    }

    /// Whether eight bytes are ASCII without `\`, `"` and line feed; never says so wrongly.
    private static func isPlain(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // Subtracting one from a byte sets its highest bit if the byte was zero: here, where it was the one looked for.
        let backslash = (word ^ ones &* UInt64(UInt8(ascii: "\\"))) &- ones
        let quote = (word ^ ones &* UInt64(UInt8(ascii: "\""))) &- ones
        let lineFeed = (word ^ ones &* UInt64(UInt8(ascii: "\n"))) &- ones
        return (word | backslash | quote | lineFeed) & (ones &* 0x80) == 0
    }

    /// The character at `index`, or the maximal part of one that is broken there.
    private static func sequence(
        in source: UnsafeRawBufferPointer, at index: Int
    ) -> (length: Int, isValid: Bool) {
        let lead = unsafe source[index]
        if lead < 0x80 { return (1, true) }
        guard lead >= 0xc2, lead <= 0xf4 else { return (1, false) }
        let length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
        // The second byte is what keeps out overlong forms, surrogates and numbers above U+10FFFF.
        var range: ClosedRange<UInt8> =
            switch lead {
            case 0xe0: 0xa0...0xbf
            case 0xed: 0x80...0x9f
            case 0xf0: 0x90...0xbf
            case 0xf4: 0x80...0x8f
            default: 0x80...0xbf
            }
        for offset in 1..<length {
            guard index &+ offset < source.count, range.contains(unsafe source[index &+ offset]) else {
                return (offset, false)
            }
            range = 0x80...0xbf
        }
        return (length, true)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// One element of a comma-separated header such as `Accept`: its name, its quality and its version parameter.
///
/// Works on the bytes of the header and allocates nothing. Source: RFC 9110, sections 5.6 and 12.4.
struct HeaderElement {
    /// Where the element's name stands.
    private(set) var name: Range<Int>

    /// Where the value of its `version` parameter stands, without quotes.
    private(set) var version: Range<Int>?

    /// The `q` parameter in thousandths, 0 to 1000, nil where it is no quality.
    private(set) var quality: Int? = 1000

    /// Reads the next element, and moves the position behind it.
    ///
    /// - Parameters:
    ///   - bytes: the header's value.
    ///   - position: where to begin; afterwards, where the next element begins.
    init?(in bytes: Span<UInt8>, at position: inout Int) {
        while position < bytes.count, Self.isBlank(bytes[position]) || bytes[position] == UInt8(ascii: ",") {
            position += 1
        }
        guard position < bytes.count else { return nil }
        name = Self.token(in: bytes, at: &position)
        while position < bytes.count, bytes[position] == UInt8(ascii: ";") {
            position += 1
            readParameter(in: bytes, at: &position)
        }
    }

    /// Compares a range of the header with a text in lower case, letters of both cases being equal.
    static func matches(_ range: Range<Int>, of bytes: Span<UInt8>, _ text: String) -> Bool {
        guard range.count == text.utf8.count else { return false }
        var position = range.lowerBound
        for expected in text.utf8 {
            guard HeaderName.lowercased(bytes[position]) == expected else { return false }
            position += 1
        }
        return true
    }

    private mutating func readParameter(in bytes: Span<UInt8>, at position: inout Int) {
        let key = Self.token(in: bytes, at: &position, endsAtEquals: true)
        guard position < bytes.count, bytes[position] == UInt8(ascii: "=") else { return }
        position += 1
        let value = Self.value(in: bytes, at: &position)
        if Self.matches(key, of: bytes, "q") {
            quality = Self.quality(of: bytes, value)
        } else if Self.matches(key, of: bytes, "version") {
            version = value
        }
    }

    /// The text up to a comma, a semicolon or, if asked for, an equals sign, without the blanks around it.
    private static func token(
        in bytes: Span<UInt8>, at position: inout Int, endsAtEquals: Bool = false
    ) -> Range<Int> {
        func isEnd(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || (endsAtEquals && byte == UInt8(ascii: "="))
        }
        while position < bytes.count, isBlank(bytes[position]) { position += 1 }
        let start = position
        while position < bytes.count, !isEnd(bytes[position]) { position += 1 }
        var end = position
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func value(in bytes: Span<UInt8>, at position: inout Int) -> Range<Int> {
        var start = position
        while start < bytes.count, isBlank(bytes[start]) { start += 1 }
        guard start < bytes.count, bytes[start] == UInt8(ascii: "\"") else {
            return token(in: bytes, at: &position)
        }
        position = start + 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        let end = min(position, bytes.count)
        position = end
        _ = token(in: bytes, at: &position)
        return (start + 1)..<end
    }

    private static func quality(of bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        guard !range.isEmpty else { return nil }
        var thousandths = 0
        var weight = 1000
        var sawPoint = false
        for position in range {
            let byte = bytes[position]
            if byte == UInt8(ascii: "."), !sawPoint {
                sawPoint = true
            } else if (0x30...0x39).contains(byte) {
                if sawPoint { weight /= 10 }
                guard sawPoint || thousandths == 0 else { return nil }
                thousandths += Int(byte &- 0x30) * weight
            } else {
                return nil
            }
        }
        return thousandths <= 1000 ? thousandths : nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }
}

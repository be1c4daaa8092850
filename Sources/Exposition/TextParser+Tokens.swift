// SPDX-License-Identifier: Apache-2.0

extension TextParser {
    /// The byte at the position, nil behind the last one.
    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    func isBlank(_ byte: UInt8?) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    mutating func skipBlanks() {
        while isBlank(current) { position &+= 1 }
    }

    /// Steps over the line feed that a line's parser has stopped at.
    mutating func endLine() {
        position &+= 1
    }

    /// Whether a line feed is next; the end of the page is an error, as only whole lines count.
    func isAtLineFeed() throws(TextParserError) -> Bool {
        guard let current else { throw unexpectedEnd() }
        return current == UInt8(ascii: "\n")
    }

    mutating func tokenUntilBlank() -> Range<Int> {
        let start = position
        while let byte = current, !isBlank(byte), byte != UInt8(ascii: "\n") { position &+= 1 }
        return start..<position
    }

    mutating func tokenUntilLineFeed() throws(TextParserError) -> Range<Int> {
        let start = position
        while try !isAtLineFeed() { position &+= 1 }
        return start..<position
    }

    /// The longest metric name from here; empty where none starts.
    mutating func metricName() -> Range<Int> {
        name { $0 == UInt8(ascii: ":") }
    }

    /// The longest label name from here; empty where none starts.
    mutating func labelName() -> Range<Int> {
        name { _ in false }
    }

    private mutating func name(orAlso isAllowed: (UInt8) -> Bool) -> Range<Int> {
        let start = position
        while let byte = current {
            let letter = byte | 0x20
            let isLetter = (letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z")) || byte == UInt8(ascii: "_")
            let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") && position > start
            guard isLetter || isDigit || isAllowed(byte) else { break }
            position &+= 1
        }
        return start..<position
    }

    /// What the byte after a backslash stands for; leaves the position on it.
    func escapedByte() throws(TextParserError) -> UInt8 {
        switch current {
        case UInt8(ascii: "n"): return UInt8(ascii: "\n")
        case UInt8(ascii: "\\"), UInt8(ascii: "\""): return current ?? 0
        case nil: throw unexpectedEnd()
        default: throw unexpected("'\\', '\"' or 'n' after a backslash", at: position)
        }
    }

    // MARK: - Errors

    func error(_ message: String) -> TextParserError {
        TextParserError(line: line, message: message)
    }

    func unexpectedEnd() -> TextParserError {
        error("expected a line feed, found the end of the page")
    }

    func unexpected(_ expectation: String, at start: Int) -> TextParserError {
        let rest = bytes[start...].prefix { $0 != UInt8(ascii: "\n") }
        guard !rest.isEmpty else {
            return error("expected \(expectation), found the end of the \(start < bytes.count ? "line" : "page")")
        }
        return error("expected \(expectation), found \(quoted(rest.indices))")
    }

    /// Bytes of the page as they may stand in a message: at most 64, what is not printable as escapes.
    func quoted(_ range: Range<Int>) -> String {
        let text = String(decoding: bytes[range.prefix(64)], as: UTF8.self)
        return text.debugDescription + (range.count > 64 ? "..." : "")
    }
}

// SPDX-License-Identifier: Apache-2.0

/// A value that has a form in JSON.
public protocol JSONWritable {
    /// Appends the value.
    func write(to json: inout JSONWriter)
}

/// Writes JSON text (RFC 8259) as UTF-8 bytes, without blanks between the tokens.
///
/// Commas are set by the writer. Keys are neither checked for being unique nor sorted.
public struct JSONWriter: Sendable {
    /// What has been written so far.
    public private(set) var bytes: [UInt8] = []
    /// True where a value has been written since the innermost bracket was opened.
    private var hasSibling = false
    /// True behind a key, whose value takes no comma.
    private var isBehindKey = false
    /// True where the next token begins a line.
    private var beginsLine = false

    /// A writer without text.
    public init() {}

    /// A text in quotes and with escapes, which readers of logfmt also take for a quoted value.
    public static func quoted(_ text: String) -> String {
        var json = JSONWriter()
        json.append(text)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Appends an object, whose members the closure writes by `member` or by `key` and a value.
    public mutating func object(_ members: (inout JSONWriter) -> Void) {
        enclose(UInt8(ascii: "{"), UInt8(ascii: "}"), members)
    }

    /// Appends an array, whose elements the closure writes.
    public mutating func array(_ elements: (inout JSONWriter) -> Void) {
        enclose(UInt8(ascii: "["), UInt8(ascii: "]"), elements)
    }

    /// Appends a value: an element of an array, the value of a key or the whole text.
    public mutating func value(_ value: some JSONWritable) { value.write(to: &self) }

    /// Appends a member's key; its value has to follow.
    public mutating func key(_ name: String) {
        separate()
        append(name)
        bytes.append(UInt8(ascii: ":"))
        isBehindKey = true
    }

    /// Appends a member of an object.
    public mutating func member(_ name: String, _ value: some JSONWritable) {
        key(name)
        value.write(to: &self)
    }

    /// Lets what comes next, a bracket that closes too, begin a line.
    public mutating func lineBreak() { beginsLine = true }

    // MARK: Scalars

    /// Appends a token that is no string: a number, `true`, `false` or `null`.
    fileprivate mutating func token(_ text: String) {
        separate()
        bytes += text.utf8
    }

    fileprivate mutating func string(_ text: String) {
        separate()
        append(text)
    }

    private mutating func append(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += Array("\\n".utf8)
            case UInt8(ascii: "\r"): bytes += Array("\\r".utf8)
            case UInt8(ascii: "\t"): bytes += Array("\\t".utf8)
            // DEL needs no escape in JSON, but a terminal that shows a log line is spared it.
            case 0..<0x20, 0x7F: bytes += "\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    // MARK: Between values

    private mutating func enclose(_ open: UInt8, _ close: UInt8, _ content: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(open)
        hasSibling = false
        content(&self)
        breakLine()
        bytes.append(close)
        hasSibling = true
    }

    private mutating func separate() {
        if isBehindKey {
            isBehindKey = false
        } else if hasSibling {
            bytes.append(UInt8(ascii: ","))
        }
        hasSibling = true
        breakLine()
    }

    private mutating func breakLine() {
        if beginsLine { bytes.append(UInt8(ascii: "\n")) }
        beginsLine = false
    }
}

extension String: JSONWritable {
    /// Appends the text as a JSON string; control characters become escapes.
    public func write(to json: inout JSONWriter) { json.string(self) }
}

extension Bool: JSONWritable {
    /// Appends `true` or `false`.
    public func write(to json: inout JSONWriter) { json.token(self ? "true" : "false") }
}

extension Int: JSONWritable {
    /// Appends the number.
    public func write(to json: inout JSONWriter) { json.token(String(self)) }
}

extension UInt64: JSONWritable {
    /// Appends the number with all its digits, also where a reader's floating point has fewer.
    public func write(to json: inout JSONWriter) { json.token(String(self)) }
}

extension Double: JSONWritable {
    /// Appends the shortest text that reads as the same number; what JSON has no number for (NaN, infinities) is null.
    public func write(to json: inout JSONWriter) { json.token(isFinite ? description : "null") }
}

extension Optional: JSONWritable where Wrapped: JSONWritable {
    /// Appends the value, `null` where there is none.
    public func write(to json: inout JSONWriter) {
        if let value = self { value.write(to: &json) } else { json.token("null") }
    }
}

extension Array: JSONWritable where Element: JSONWritable {
    /// Appends an array.
    public func write(to json: inout JSONWriter) {
        json.array { json in
            for element in self { element.write(to: &json) }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// A value of a JSON text (RFC 8259), for the small files that stand in for the kernel's answers.
indirect enum JSONValue {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number as it is written, a view of the text.
    case number(Bytes)
    /// A string without its quotes and escapes.
    case string([UInt8])
    /// An array.
    case array([JSONValue])
    /// An object's members in their order.
    case object([(key: [UInt8], value: JSONValue)])

    /// The value of a whole text; nil where it is no JSON, or nested more than 32 deep.
    init?(_ text: Bytes) {
        var parser = Parser(text: text)
        guard let value = parser.value(depth: 0), parser.isAtEnd else { return nil }
        self = value
    }

    /// The elements of an array; nil for anything else.
    var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }

    /// The bytes of a string; nil for anything else.
    var bytes: [UInt8]? { if case .string(let bytes) = self { bytes } else { nil } }

    /// A whole number that is not negative; nil for anything else.
    var unsigned: UInt64? { if case .number(let text) = self { text.unsigned } else { nil } }

    /// A whole number; nil for anything else.
    var signed: Int64? { if case .number(let text) = self { text.signed } else { nil } }

    /// A member of an object by its name in lower case, whatever the case in the text is; nil where there is none.
    subscript(name: StaticString) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key.map(Self.lowerCase) == Bytes(name).array }?.value
    }

    private static func lowerCase(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}

/// Walks a JSON text from front to back.
private struct Parser {
    private static let deepest = 32

    let text: Bytes
    private var at = 0

    init(text: Bytes) {
        self.text = text
    }

    /// True where nothing but blanks is left.
    var isAtEnd: Bool { text.from(at).trimmed.isEmpty }

    mutating func value(depth: Int) -> JSONValue? {
        guard depth < Self.deepest, let first = next() else { return nil }
        switch first {
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return array(depth: depth)
        case UInt8(ascii: "\""): return string().map(JSONValue.string)
        case UInt8(ascii: "t"): return word("true", .bool(true))
        case UInt8(ascii: "f"): return word("false", .bool(false))
        case UInt8(ascii: "n"): return word("null", .null)
        default: return number()
        }
    }

    /// The next byte that is no blank, which stays the next.
    private mutating func next() -> UInt8? {
        at += text.from(at).leadingBlanks
        return text[at]
    }

    /// Walks over a byte; false where another one is next.
    private mutating func takes(_ byte: StaticString) -> Bool {
        guard next() == Bytes(byte)[0] else { return false }
        at += 1
        return true
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) -> JSONValue? {
        guard text.from(at).hasPrefix(word) else { return nil }
        at += word.utf8CodeUnitCount
        return value
    }

    private mutating func number() -> JSONValue? {
        let start = at
        while let byte = text[at], byte > 0x20, byte != UInt8(ascii: ","), byte != UInt8(ascii: "]"),
            byte != UInt8(ascii: "}")
        {
            at += 1
        }
        let written = text[start, at]
        return written.real == nil ? nil : .number(written)
    }

    private mutating func array(depth: Int) -> JSONValue? {
        at += 1
        var elements: [JSONValue] = []
        if takes("]") { return .array(elements) }
        while let element = value(depth: depth + 1) {
            elements.append(element)
            if takes("]") { return .array(elements) }
            guard takes(",") else { return nil }
        }
        return nil
    }

    private mutating func object(depth: Int) -> JSONValue? {
        at += 1
        var members: [(key: [UInt8], value: JSONValue)] = []
        if takes("}") { return .object(members) }
        while next() == UInt8(ascii: "\""), let key = string(), takes(":"), let member = value(depth: depth + 1) {
            members.append((key, member))
            if takes("}") { return .object(members) }
            guard takes(",") else { return nil }
        }
        return nil
    }

    private mutating func string() -> [UInt8]? {
        at += 1
        var bytes: [UInt8] = []
        while let byte = text[at] {
            at += 1
            if byte == UInt8(ascii: "\"") { return bytes }
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            guard escape(into: &bytes) else { return nil }
        }
        return nil
    }

    /// What follows a backslash.
    private mutating func escape(into bytes: inout [UInt8]) -> Bool {
        guard let letter = text[at] else { return false }
        at += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(letter)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"):
            // Halves of a pair are no scalars of their own, and nobody writes them here.
            let digits = text[at, at + 4]
            guard digits.count == 4, let code = digits.hexadecimal, let scalar = UnicodeScalar(UInt32(code)) else {
                return false
            }
            at += 4
            bytes.append(contentsOf: String(scalar).utf8)
        default: return false
        }
        return true
    }
}

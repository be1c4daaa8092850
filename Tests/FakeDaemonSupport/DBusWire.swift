// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Values as D-Bus writes them, little endian, made from what JSON has: texts, numbers, and arrays for arrays and
/// structures alike.
///
/// Source: https://dbus.freedesktop.org/doc/dbus-specification.html
struct DBusWriter {
    var bytes: [UInt8] = []

    mutating func align(_ size: Int) {
        while bytes.count % size != 0 { bytes.append(0) }
    }

    mutating func number<N: FixedWidthInteger>(_ value: N) {
        align(MemoryLayout<N>.size)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func string(_ text: String) {
        number(UInt32(text.utf8.count))
        bytes += Array(text.utf8) + [0]
    }

    mutating func signature(_ text: String) {
        bytes.append(UInt8(text.utf8.count))
        bytes += Array(text.utf8) + [0]
    }

    /// Writes values of a signature, one after another.
    mutating func values(_ signature: String, _ values: [Any]) {
        var rest = Substring(signature)
        for value in values { self.value(Self.nextType(&rest), value) }
    }

    private mutating func value(_ type: String, _ value: Any) {
        switch type.first {
        case "s", "o": string(value as? String ?? "")
        case "g": signature(value as? String ?? "")
        case "b", "u", "i": number((value as? NSNumber)?.uint32Value ?? 0)
        case "t", "x": number((value as? NSNumber)?.uint64Value ?? 0)
        case "v":
            let pair = value as? [Any] ?? []
            let type = pair.first as? String ?? "s"
            signature(type)
            self.value(type, pair.last ?? "")
        case "(":
            align(8)
            values(String(type.dropFirst().dropLast()), value as? [Any] ?? [])
        case "a":
            let element = String(type.dropFirst())
            number(UInt32(0))
            let lengthAt = bytes.count - 4
            align(Self.alignment(of: element))
            let start = bytes.count
            for one in value as? [Any] ?? [] { self.value(element, one) }
            withUnsafeBytes(of: UInt32(bytes.count - start).littleEndian) {
                bytes.replaceSubrange(lengthAt..<lengthAt + 4, with: $0)
            }
        default: preconditionFailure("no type that is known: \(type)")
        }
    }

    private static func alignment(of type: String) -> Int {
        switch type.first {
        case "(", "t", "x": 8
        case "g", "v": 1
        default: 4
        }
    }

    /// Takes the first complete type off a signature.
    private static func nextType(_ signature: inout Substring) -> String {
        var depth = 0
        var end = signature.startIndex
        while end < signature.endIndex {
            let character = signature[end]
            end = signature.index(after: end)
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if depth == 0, character != "a" { break }
        }
        defer { signature = signature[end...] }
        return String(signature[..<end])
    }
}

/// A method call as it comes over the wire.
struct DBusCall {
    var serial: UInt32 = 0
    var path = ""
    var interface = ""
    var member = ""
    var isReplyWanted = true
    /// Its arguments, texts alone.
    var arguments: [String] = []

    /// Takes the first message off the bytes that have come; nil where it is not complete.
    static func next(_ bytes: inout [UInt8]) -> DBusCall? {
        guard bytes.count >= 16 else { return nil }
        let fieldsEnd = 16 + Int(number(bytes, 12))
        let bodyStart = (fieldsEnd + 7) & ~7
        let end = bodyStart + Int(number(bytes, 4))
        guard bytes.count >= end else { return nil }
        var call = DBusCall(serial: number(bytes, 8), isReplyWanted: bytes[2] & 1 == 0)
        var at = 16
        var signature = ""
        while at < fieldsEnd {
            at = (at + 7) & ~7
            let code = bytes[at]
            let type = bytes[at + 2]
            at += 4
            if type == UInt8(ascii: "g") {
                let length = Int(bytes[at])
                if code == 8 { signature = text(bytes, at + 1, length) }
                at += length + 2
            } else if type == UInt8(ascii: "u") {
                at += 4
            } else {
                let length = Int(number(bytes, at))
                let value = text(bytes, at + 4, length)
                if code == 1 { call.path = value }
                if code == 2 { call.interface = value }
                if code == 3 { call.member = value }
                at += length + 5
            }
        }
        at = bodyStart
        for _ in signature.filter({ $0 == "s" }) {
            at = (at + 3) & ~3
            let length = Int(number(bytes, at))
            call.arguments.append(text(bytes, at + 4, length))
            at += length + 5
        }
        bytes.removeFirst(end)
        return call
    }

    private static func number(_ bytes: [UInt8], _ at: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) }
    }

    private static func text(_ bytes: [UInt8], _ at: Int, _ length: Int) -> String {
        String(decoding: bytes[at..<at + length], as: UTF8.self)
    }
}

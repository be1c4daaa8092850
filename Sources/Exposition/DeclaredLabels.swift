// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The label names that a family declares, against which each new series is held.
struct DeclaredLabels {
    private struct Name {
        let bytes: [UInt8]
        let isOptional: Bool
    }

    private let names: [Name]
    private let takesAny: Bool

    init(_ family: MetricFamily) {
        names = family.labels.map { Name(bytes: Array($0.utf8), isOptional: family.optionalLabels.contains($0)) }
        takesAny = family.hasAnyLabels
    }

    /// True where the labels of a series, `{a="1",b="2"} ` or a single space, are these, each once and in any order.
    func fit(_ text: UnsafeRawBufferPointer) -> Bool {
        if takesAny { return true }
        var seen: UInt64 = 0
        var at = 1
        while at < text.count, unsafe text[at] != UInt8(ascii: "}") {
            let start = at
            while at < text.count, unsafe text[at] != UInt8(ascii: "=") { at += 1 }
            guard at < text.count, let index = unsafe index(of: UnsafeRawBufferPointer(rebasing: text[start..<at])),
                seen & 1 << UInt64(index) == 0
            else { return false }
            seen |= 1 << UInt64(index)
            // Over `="`, the value with its escapes, the quote and a comma.
            at += 2
            while at < text.count, unsafe text[at] != UInt8(ascii: "\"") {
                unsafe at += text[at] == UInt8(ascii: "\\") ? 2 : 1
            }
            at += 1
            if at < text.count, unsafe text[at] == UInt8(ascii: ",") { at += 1 }
        }
        for index in names.indices where !names[index].isOptional && seen & 1 << UInt64(index) == 0 { return false }
        return true
    }

    private func index(of name: UnsafeRawBufferPointer) -> Int? {
        // More labels than this no family has; they would be refused by the first test.
        for index in names.indices.prefix(64) where names[index].bytes.count == name.count {
            let isSame = unsafe names[index].bytes.withUnsafeBytes { own in
                guard let left = own.baseAddress, let right = name.baseAddress else { return own.count == 0 }
                return unsafe memcmp(left, right, own.count) == 0
            }
            if isSame { return index }
        }
        return nil
    }
}

/// Names of families with places that are filled while collecting: `node_vmstat_<field>`.
enum OpenName {
    /// The fixed pieces around the places.
    static func pieces(of name: String) -> [String] {
        var pieces = [""]
        var isPlace = false
        for character in name {
            switch character {
            case "<":
                isPlace = true
                pieces.append("")
            case ">": isPlace = false
            default: if !isPlace { pieces[pieces.count - 1].append(character) }
            }
        }
        return pieces
    }

    /// True for a name that has the pieces in their order, with anything in the places.
    static func fits(_ name: String, _ pieces: [String]) -> Bool {
        guard let first = pieces.first, let last = pieces.last, name.hasPrefix(first) else { return false }
        if pieces.count == 1 { return name == first }
        var rest = name.utf8.dropFirst(first.utf8.count)
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let end = end(of: Array(piece.utf8), in: rest) else { return false }
            rest = rest[end...]
        }
        return rest.count >= last.utf8.count && rest.suffix(last.utf8.count).elementsEqual(last.utf8)
    }

    private static func end(of piece: [UInt8], in text: Substring.UTF8View) -> String.Index? {
        var start = text.startIndex
        while start != text.endIndex {
            if text[start...].starts(with: piece) { return text.index(start, offsetBy: piece.count) }
            start = text.index(after: start)
        }
        return nil
    }
}

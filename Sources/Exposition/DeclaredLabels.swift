// SPDX-License-Identifier: Apache-2.0

/// The label names that a family declares, against which each new series is held.
struct DeclaredLabels {
    private let names: [String]
    /// A bit for each name that a series need not have.
    private let optional: UInt64
    private let takesAny: Bool

    init(_ family: MetricFamily) {
        names = family.labels
        optional = family.labels.indices.prefix(64).reduce(0) { bits, index in
            family.optionalLabels.contains(family.labels[index]) ? bits | 1 << UInt64(index) : bits
        }
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
        return names.indices.allSatisfy { (seen | optional) & 1 << UInt64($0) != 0 }
    }

    private func index(of name: UnsafeRawBufferPointer) -> Int? {
        // More labels than this no family has; they would be refused by the first test.
        names.indices.prefix(64).first { unsafe names[$0].utf8.elementsEqual(name) }
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

// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A tree of files as one text, for where a folder would be 200 tiny files.
///
///     # A comment; empty lines count for nothing.
///     sys/class/hwmon/hwmon0/name = coretemp
///     sys/class/hwmon/hwmon0/temp1_label = two words\tand a tab
///     sys/class/hwmon/hwmon0/empty = \c
///     proc/loadavg = <<END
///     0.01 0.02 0.03 1/100 4711
///     END
///     sys/class/hwmon/hwmon1 -> ../../devices/platform/x/hwmon/hwmon1
///     sys/class/thermal/
///     sys/class/hwmon/hwmon0/secret : mode 000
///     sys/class/hwmon/hwmon0/stuck : pipe
///
/// - `path = content` is a file. A line feed ends its content, as with the kernel's attributes. `\n`, `\t`, `\\` and
///   `\xHH` stand for a line feed, a tab, a backslash and any byte; `\c` at the end leaves the last line feed out.
/// - `path = <<WORD` is a file of the lines that follow, as they are, up to the line that is just the word.
/// - `path -> target` is a link, `path/` a folder, which is only needed where it is empty.
/// - `path : mode OCTAL` sets the permissions of what an earlier line made.
/// - `path : pipe` is a pipe that nobody writes to: who reads it waits.
///
/// The first ` = `, ` -> ` or ` : ` of a line ends its path, which is relative and taken as it is.
package enum TreeText {
    /// What one line, or block, asks for.
    package struct Entry: Equatable, Sendable {
        package enum Kind: Equatable, Sendable {
            case folder
            case file([UInt8])
            case link(String)
            case pipe
            case mode(mode_t)
        }

        package let path: String
        package let kind: Kind
    }

    /// What a text asks for, in its order.
    package static func entries(of text: String) throws(TreeTextError) -> [Entry] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...]
        // The last line's line feed begins no further line.
        if lines.last == "" { lines.removeLast() }
        var entries: [Entry] = []
        var made: Set<String> = []
        while let line = lines.popFirst() {
            let number = lines.startIndex
            if line.isEmpty || line.hasPrefix("#") { continue }
            let (path, mark, value) = try parts(of: line, number)
            let kind: Entry.Kind
            switch mark {
            case .folder: kind = .folder
            case .link: kind = .link(value)
            case .file where value.hasPrefix("<<"): kind = .file(try block(String(value.dropFirst(2)), &lines, number))
            case .file: kind = .file(try content(value, number))
            case .property: kind = try property(value, number)
            }
            if case .mode = kind {
                guard made.contains(path) else { throw TreeTextError(number, "a mode for what is not there: \(path)") }
            } else if !made.insert(path).inserted {
                throw TreeTextError(number, "\(path) is there twice")
            }
            entries.append(Entry(path: path, kind: kind))
        }
        return entries
    }

    // MARK: - Lines

    private enum Mark: String, CaseIterable {
        case file = " ="
        case link = " ->"
        case property = " :"
        case folder = "/"
    }

    private static func parts(of line: String, _ number: Int) throws(TreeTextError) -> (String, Mark, String) {
        var found: (at: String.Index, mark: Mark, value: String)?
        for mark in [Mark.file, .link, .property] {
            // Followed by a space, or the end of the line.
            var range = line.range(of: mark.rawValue + " ")
            if range == nil && line.hasSuffix(mark.rawValue) {
                range = line.index(line.endIndex, offsetBy: -mark.rawValue.count)..<line.endIndex
            }
            guard let range, range.lowerBound < found?.at ?? line.endIndex else { continue }
            found = (range.lowerBound, mark, String(line[range.upperBound...]))
        }
        if let found {
            if found.mark == .link && found.value.isEmpty { throw TreeTextError(number, "a link to nothing") }
            return (try checked(String(line[..<found.at]), number), found.mark, found.value)
        }
        guard line.hasSuffix("/") else {
            throw TreeTextError(number, "no \" = \", \" -> \" or \" : \", and no / at the end: \(line)")
        }
        return (try checked(String(line.dropLast()), number), .folder, "")
    }

    private static func checked(_ path: String, _ number: Int) throws(TreeTextError) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
            throw TreeTextError(number, "no path within the tree: \"\(path)\"")
        }
        return path
    }

    private static func property(_ value: String, _ number: Int) throws(TreeTextError) -> Entry.Kind {
        if value == "pipe" { return .pipe }
        guard value.hasPrefix("mode "), let mode = mode_t(value.dropFirst(5), radix: 8), mode <= 0o7777 else {
            throw TreeTextError(number, "neither \"mode OCTAL\" nor \"pipe\": \(value)")
        }
        return .mode(mode)
    }

    private static func block(
        _ word: String, _ lines: inout ArraySlice<String>, _ number: Int
    ) throws(TreeTextError) -> [UInt8] {
        guard !word.isEmpty, let end = lines.firstIndex(of: word) else {
            throw TreeTextError(number, "no line \"\(word)\" ends the block")
        }
        let content = lines[..<end]
        lines = lines[(end + 1)...]
        return content.flatMap { Array($0.utf8) + [0x0A] }
    }

    private static func content(_ value: String, _ number: Int) throws(TreeTextError) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(value.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "\\"): bytes.append(byte)
            case UInt8(ascii: "x"):
                let digits = String(decoding: rest.prefix(2), as: UTF8.self)
                guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16)
                else {
                    throw TreeTextError(number, "\\x without two digits")
                }
                bytes.append(value)
                rest = rest.dropFirst(2)
            case UInt8(ascii: "c") where rest.isEmpty: return bytes
            default:
                throw TreeTextError(number, "an unknown escape (they are \\n, \\t, \\\\, \\xHH, and \\c at the end)")
            }
        }
        return bytes + [0x0A]
    }
}

/// What is wrong with the text of a tree, and in which line.
package struct TreeTextError: Error, Equatable, CustomStringConvertible {
    package let line: Int
    package let what: String

    init(_ line: Int, _ what: String) {
        self.line = line
        self.what = what
    }

    package var description: String { "line \(line): \(what)" }
}

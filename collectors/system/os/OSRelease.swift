// SPDX-License-Identifier: Apache-2.0

import CivilTime
import KernelFiles

/// The assignments of an os-release file.
///
/// Source: os-release(5): one `KEY=value` a line, the value quoted as a shell would have it.
struct OSRelease {
    private var values: [String: String] = [:]
    /// Lines that are no assignment, and a date that is none.
    private(set) var malformed = 0
    /// The leading `major` or `major.minor` of VERSION_ID; nil where there is none above 0.
    private(set) var version: Double?
    /// The day SUPPORT_END, in seconds since 1970.
    private(set) var supportEndSeconds: Int64?

    /// True where there is no assignment.
    var isEmpty: Bool { values.isEmpty }

    /// A value; empty where there is none.
    subscript(key: String) -> String { values[key] ?? "" }

    /// Nothing known.
    init() {}

    /// The assignments in a file; a line that is none costs only itself.
    init(_ bytes: Bytes) {
        var lines = ByteScanner(bytes)
        while let line = lines.nextLine()?.trimmed {
            if line.isEmpty || line[0] == 0x23 { continue }
            guard let equals = line.firstIndex(of: 0x3D), OSRelease.isKey(line.upTo(equals)),
                let value = OSRelease.unquoted(line.from(equals + 1))
            else {
                malformed += 1
                continue
            }
            values[line.upTo(equals).text] = value
        }
        version = OSRelease.leadingVersion(self["VERSION_ID"])
        let end = self["SUPPORT_END"]
        supportEndSeconds = UTCTime(day: end)?.secondsSince1970
        if !end.isEmpty, supportEndSeconds == nil { malformed += 1 }
    }

    private static func isKey(_ key: Bytes) -> Bool {
        for offset in 0..<key.count {
            switch key[offset] ?? 0 {
            case 0x41...0x5A, 0x61...0x7A, 0x5F: continue
            case 0x30...0x39 where offset > 0: continue
            default: return false
            }
        }
        return !key.isEmpty
    }

    /// The value without its quotes and backslashes; nil where a quote is not closed.
    private static func unquoted(_ text: Bytes) -> String? {
        var out: [UInt8] = []
        var quote: UInt8 = 0
        var offset = 0
        while let byte = text[offset] {
            offset += 1
            switch byte {
            case 0x22 where quote != 0x27, 0x27 where quote != 0x22: quote = quote == 0 ? byte : 0
            case 0x5C where quote != 0x27:
                guard let next = text[offset] else { return nil }
                offset += 1
                // Between double quotes a backslash stands for itself but before these.
                if quote == 0x22, next != 0x22, next != 0x5C, next != 0x24, next != 0x60 { out.append(byte) }
                out.append(next)
            case 0x23 where quote == 0 && out.last == 0x20: return String(decoding: out.dropLast(), as: UTF8.self)
            default: out.append(byte)
            }
        }
        return quote == 0 ? String(decoding: out, as: UTF8.self) : nil
    }

    private static func leadingVersion(_ text: String) -> Double? {
        var end = text.utf8.startIndex
        var seenPoint = false
        for index in text.utf8.indices {
            let byte = text.utf8[index]
            let isPoint = byte == 0x2E && !seenPoint && index != text.utf8.startIndex
            guard isPoint || (0x30...0x39).contains(byte) else { break }
            seenPoint = seenPoint || isPoint
            end = text.utf8.index(after: index)
        }
        guard let value = Double(text[..<end]), value > 0, value.isFinite else { return nil }
        return value
    }
}

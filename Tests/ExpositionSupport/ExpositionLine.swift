// SPDX-License-Identifier: Apache-2.0

/// One line of a page, or what is wrong with it.
///
/// Only the one spelling is right that an exporter writes: one space where there must be one, no timestamp, no comments
/// but HELP and TYPE.
enum ExpositionLine {
    case help(name: String, text: String)
    case type(name: String, type: String)
    case end
    case sample(ExpositionSample)
    case malformed(String)

    init(_ bytes: ArraySlice<UInt8>, format: ExpositionValidator.Format) {
        var cursor = Cursor(rest: bytes)
        do {
            self = try bytes.first == UInt8(ascii: "#") ? cursor.comment(format) : .sample(cursor.sample())
        } catch {
            self = .malformed(error.what)
        }
    }

    private struct Malformed: Error {
        let what: String
    }

    /// Consumes a line from the front.
    private struct Cursor {
        var rest: ArraySlice<UInt8>

        mutating func comment(_ format: ExpositionValidator.Format) throws(Malformed) -> ExpositionLine {
            if rest.elementsEqual("# EOF".utf8) { return .end }
            let isHelp = take("# HELP ")
            guard isHelp || take("# TYPE ") else { throw Malformed(what: "a comment that is neither HELP nor TYPE") }
            let name = name(colons: true)
            guard !name.isEmpty else { throw Malformed(what: "no valid metric name in a comment") }
            guard take(" ") else { throw Malformed(what: "no space after the name in a comment") }
            let text = String(decoding: rest, as: UTF8.self)
            guard isHelp else { return .type(name: name, type: text) }
            guard format == .text || !hasBareQuote(rest) else {
                throw Malformed(what: "a quote without backslash in a HELP text")
            }
            _ = try unescape(rest, allowed: format == .text ? [0x5c, 0x6e] : [0x5c, 0x6e, 0x22])
            return .help(name: name, text: text)
        }

        mutating func sample() throws(Malformed) -> ExpositionSample {
            let name = name(colons: true)
            guard !name.isEmpty else { throw Malformed(what: "no valid metric name") }
            var labels: [ExpositionSample.Label] = []
            if take("{") {
                repeat {
                    let label = try label()
                    guard !labels.contains(where: { $0.name == label.name }) else {
                        throw Malformed(what: "label \(label.name) twice")
                    }
                    labels.append(label)
                } while take(",")
                guard take("}") else { throw Malformed(what: "no } after the labels") }
            }
            guard take(" ") else { throw Malformed(what: "no space before the value") }
            let value = String(decoding: rest, as: UTF8.self)
            guard !value.isEmpty, !value.contains(" ") else { throw Malformed(what: "not one value") }
            labels.sort { $0.name < $1.name }
            return ExpositionSample(name: name, labels: labels, value: value)
        }

        private mutating func label() throws(Malformed) -> ExpositionSample.Label {
            let name = name(colons: false)
            guard !name.isEmpty else { throw Malformed(what: "no valid label name") }
            guard !name.hasPrefix("__") else { throw Malformed(what: "label name \(name) is reserved") }
            guard take("=\"") else { throw Malformed(what: "no =\" after label name \(name)") }
            var length = 0
            var isEscaped = false
            for byte in rest {
                if byte == UInt8(ascii: "\""), !isEscaped { break }
                isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
                length += 1
            }
            let value = try unescape(rest.prefix(length), allowed: [0x5c, 0x6e, 0x22])
            rest.removeFirst(length)
            guard take("\"") else { throw Malformed(what: "no \" after the value of label \(name)") }
            return ExpositionSample.Label(name: name, value: value)
        }

        private mutating func name(colons: Bool) -> String {
            var length = 0
            for byte in rest {
                let letter = byte | 0x20
                let isDigit = byte >= 0x30 && byte <= 0x39 && length > 0
                guard (letter >= 0x61 && letter <= 0x7a) || byte == 0x5f || isDigit || (colons && byte == 0x3a) else {
                    break
                }
                length += 1
            }
            defer { rest.removeFirst(length) }
            return String(decoding: rest.prefix(length), as: UTF8.self)
        }

        private mutating func take(_ text: String) -> Bool {
            guard rest.starts(with: text.utf8) else { return false }
            rest.removeFirst(text.utf8.count)
            return true
        }

        private func unescape(_ text: ArraySlice<UInt8>, allowed: [UInt8]) throws(Malformed) -> String {
            var result: [UInt8] = []
            var isEscaped = false
            for byte in text {
                if isEscaped {
                    guard allowed.contains(byte) else { throw Malformed(what: "an escape that does not exist") }
                    result.append(byte == 0x6e ? 0x0a : byte)
                    isEscaped = false
                } else if byte == 0x5c {
                    isEscaped = true
                } else {
                    result.append(byte)
                }
            }
            guard !isEscaped else { throw Malformed(what: "a backslash at the end") }
            return String(decoding: result, as: UTF8.self)
        }

        private func hasBareQuote(_ text: ArraySlice<UInt8>) -> Bool {
            var isEscaped = false
            for byte in text {
                if byte == 0x22, !isEscaped { return true }
                isEscaped = byte == 0x5c && !isEscaped
            }
            return false
        }
    }
}

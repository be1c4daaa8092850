// SPDX-License-Identifier: Apache-2.0

import Exposition
import Testing

@Suite("Escaped text")
struct UTF8TextTests {
    @Test("a label value loses nothing to its escapes")
    func escapesLabelValues() {
        #expect(label(Array("plain".utf8)) == "plain")
        #expect(label(Array("a\\b\"c\nd\te\r".utf8)) == "a\\\\b\\\"c\\nd\te\r")
        #expect(label(Array("long enough for words \" and more of it \\".utf8)).contains("words \\\" and"))
        #expect(label(Array("naïve 日本 🎉 é".utf8)) == "naïve 日本 🎉 é")
        #expect(label([]) == "")
    }

    @Test("a HELP text keeps its quotes")
    func escapesHelp() {
        #expect(help(Array("say \"hi\"\\\n".utf8)) == "say \"hi\"\\\\\\n")
    }

    @Test("every broken sequence of up to four bytes becomes what String makes of it")
    func replacesBrokenSequences() {
        let bytes: [UInt8] = [
            0x22, 0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xe1, 0xed, 0xf0,
            0xf3, 0xf4, 0xf5,
        ]
        for first in bytes {
            for second in bytes {
                for third in bytes {
                    for fourth in bytes {
                        let source = [first, second, third, fourth]
                        let expected = source.flatMap { $0 == 0x22 ? [0x5c, 0x22] : [$0] }
                        guard labelBytes(source) == Array(String(decoding: expected, as: UTF8.self).utf8) else {
                            Issue.record("\(source)")
                            return
                        }
                    }
                }
            }
        }
    }

    @Test("random bytes become what String makes of them, whatever their length")
    func replacesRandomBytes() {
        var random = SplitMix(state: 7)
        for round in 0..<20_000 {
            let isMostlyText = round % 2 == 0
            let source: [UInt8] = (0..<Int(random.next() % 40)).map { _ in
                let bits = random.next()
                return isMostlyText && bits >> 60 != 0 ? UInt8(bits % 95) + 32 : UInt8(truncatingIfNeeded: bits)
            }
            let text = String(decoding: source, as: UTF8.self).utf8
            let expected: [UInt8] = text.flatMap { byte -> [UInt8] in
                switch byte {
                case 10: [0x5c, 0x6e]
                case 0x22, 0x5c: [0x5c, byte]
                default: [byte]
                }
            }
            guard labelBytes(source) == expected else {
                Issue.record("\(source)")
                return
            }
        }
    }

    @Test("only UTF-8 counts as valid")
    func validates() {
        let valid = Array("é日🎉".utf8)
        #expect(valid.withUnsafeBytes { UTF8Text.isValid($0) })
        #expect(!valid.dropLast().withUnsafeBytes { UTF8Text.isValid($0) })
        #expect(!([0xed, 0xa0, 0x80] as [UInt8]).withUnsafeBytes { UTF8Text.isValid($0) })
    }

    private func label(_ source: [UInt8]) -> String {
        String(decoding: labelBytes(source), as: UTF8.self)
    }

    private func labelBytes(_ source: [UInt8]) -> [UInt8] {
        escaped(source) { UTF8Text.escapeLabelValue($0, to: $1) }
    }

    private func help(_ source: [UInt8]) -> String {
        String(decoding: escaped(source) { UTF8Text.escapeHelp($0, to: $1) }, as: UTF8.self)
    }

    /// Escapes into exactly the promised room, with a guard byte behind it.
    private func escaped(
        _ source: [UInt8], _ escape: (UnsafeRawBufferPointer, UnsafeMutablePointer<UInt8>) -> Int
    ) -> [UInt8] {
        let capacity = UTF8Text.capacity(escaping: source.count)
        return [UInt8](unsafeUninitializedCapacity: capacity + 1) { buffer, count in
            guard let destination = buffer.baseAddress else { return }
            destination[capacity] = 0x55
            count = source.withUnsafeBytes { escape($0, destination) }
            #expect(count <= capacity && destination[capacity] == 0x55)
        }
    }
}

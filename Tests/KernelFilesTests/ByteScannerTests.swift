// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import KernelFiles

/// What takes eight bytes at a step gives what one byte at a time would give.
@Suite("Scanning bytes")
struct ByteScannerTests {
    /// Runs a body with a view of the bytes, with nothing readable assumed behind them.
    private func with<Result>(_ bytes: [UInt8], _ body: (Bytes) -> Result) -> Result {
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, bytes.count))
        defer { memory.deallocate() }
        for (at, byte) in bytes.enumerated() { memory[at] = byte }
        return body(Bytes(memory, count: bytes.count))
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == 0 || byte == 0x20 || (9...13).contains(byte) }

    private func fields(_ bytes: [UInt8]) -> [[UInt8]] { bytes.split(whereSeparator: isBlank).map(Array.init) }

    /// Bytes as kernel files have them, with some that they do not have.
    private func sample(_ generator: inout NetlinkGenerator) -> [UInt8] {
        let alphabets: [[UInt8]] = [
            Array("0123456789 ".utf8), Array("01  ".utf8), Array("abc9 \n".utf8),
            [0x20, 0x21, 0x1F, 0x7F, 0x80, 0xA0, 0xFF],
            [0, 9, 10, 13, 14, 0x20, 0x30, 0x61], Array(0...255),
        ]
        let alphabet = alphabets.randomElement(using: &generator) ?? []
        let count = Int.random(in: 0..<70, using: &generator)
        return (0..<count).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
    }

    @Test("fields, lines and searches in random bytes")
    func randomBytes() {
        var generator = NetlinkGenerator(state: 7)
        for _ in 0..<20_000 {
            let bytes = sample(&generator)
            let wanted = fields(bytes)
            let skipped = Int.random(in: 0..<12, using: &generator)
            let start = Int.random(in: 0..<(bytes.count + 2), using: &generator)
            let searched = bytes.randomElement(using: &generator) ?? 0x41
            with(bytes) { view in
                var scanner = ByteScanner(view)
                var found: [[UInt8]] = []
                while let field = scanner.nextField() { found.append(field.array) }
                #expect(found == wanted)

                scanner = ByteScanner(view)
                #expect(scanner.countFields() == wanted.count)
                #expect(scanner.nextField() == nil)

                scanner = ByteScanner(view)
                #expect(scanner.skipFields(skipped) == (wanted.count >= skipped))
                #expect(scanner.nextField()?.array == (skipped < wanted.count ? wanted[skipped] : nil))

                #expect(
                    view.firstIndex(of: searched, from: start)
                        == bytes.indices.first { $0 >= start && bytes[$0] == searched })
                #expect(view.leadingBlanks == bytes.prefix(while: isBlank).count)

                scanner = ByteScanner(view)
                var lines: [[UInt8]] = []
                while let line = scanner.nextLine() { lines.append(line.array) }
                var expected = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
                if expected.last == [] { expected.removeLast() }
                #expect(lines == expected)
            }
        }
    }

    @Test("numbers, as fields and as views")
    func numbers() {
        let texts = [
            "0", "7", "00012", "18446744073709551615", "18446744073709551616", "99999999999999999999",
            "123456789012345678",
            "1234567890123456789", "12345678901234567890", "000000000000000000001", "", "-1", "+1", "1.5", "12a", "a12",
            "1 ",
            " 1", "1e5", "/", ":", "ff", "FF", "0x1f", "0XAb", "0x", "g", "fffffffffffffffff", "ffffffffffffffff", "@",
            "`", "G",
        ]
        for text in texts {
            let bytes = Array(text.utf8)
            let isDecimal = !bytes.isEmpty && bytes.count <= 20 && bytes.allSatisfy { (0x30...0x39).contains($0) }
            let decimal = isDecimal ? UInt64(text) : nil
            let digits = text.hasPrefix("0x") || text.hasPrefix("0X") ? String(text.dropFirst(2)) : text
            let isHexadecimal = !digits.isEmpty && digits.utf8.count <= 16 && digits.allSatisfy(\.isHexDigit)
            with(bytes) { view in
                #expect(view.unsigned == decimal, "\(text)")
                #expect(view.hexadecimal == (isHexadecimal ? UInt64(digits, radix: 16) : nil), "\(text)")
            }
            // As a field it ends at a blank, and what follows is the next field.
            with(Array("\t  \(text) 42 x".utf8)) { view in
                var scanner = ByteScanner(view)
                let words = fields(bytes).map { String(decoding: $0, as: UTF8.self) } + ["42", "x"]
                for word in words {
                    let isNumber = word.utf8.count <= 20 && word.utf8.allSatisfy { (0x30...0x39).contains($0) }
                    #expect(scanner.nextUnsigned() == (isNumber ? UInt64(word) : nil), "\(text): \(word)")
                }
                #expect(scanner.nextUnsigned() == nil)
            }
        }
    }

    @Test("lines are known again, in their order and where others come between")
    func memory() {
        var memory = LineMemory()
        /// The verdicts of a file's lines; those that are not known are the length of their names, and remembered.
        func verdicts(_ text: String, remembersAll: Bool = true) -> [(decision: Int, isKnown: Bool, rest: String)] {
            with(Array(text.utf8)) { view in
                var found: [(Int, Bool, String)] = []
                var lines = ByteScanner(view)
                while !lines.isAtEnd {
                    if let (decision, rest, line) = memory.next(&lines, at: found.count) {
                        #expect(line.count >= rest.count)
                        found.append((decision, true, rest.text))
                        continue
                    }
                    guard let line = lines.nextLine() else { break }
                    let name = line.upTo(line.firstIndex(of: 0x20).map { $0 + 1 } ?? 0)
                    if remembersAll || name.count > 3 { memory.remember(name, name.count, at: found.count) }
                    found.append((name.count, false, line.from(name.count).text))
                }
                return found
            }
        }
        func known(_ text: String, remembersAll: Bool = true) -> [Bool] {
            verdicts(text, remembersAll: remembersAll).map(\.isKnown)
        }
        #expect(known("a 1\nlonger_name 22\nabcdefgh 3\n") == [false, false, false])
        #expect(known("a 7\nlonger_name 9\nabcdefgh 12345678901234567890\n") == [true, true, true])
        #expect(verdicts("a \nlonger_name  x y\nabcdefgh 3").map(\.rest) == ["", " x y", "3"])
        #expect(verdicts("a 1\nlonger_name 2\n").map(\.decision) == [2, 12])
        // Another line in front of them, then without it again.
        #expect(known("new 1\na 1\nlonger_name 2\n") == [false, false, false])
        #expect(known("new 1\na 1\nlonger_name 2\n") == [true, true, true])
        #expect(known("a 1\nlonger_name 2\n") == [false, false])
        // A longer name with the same beginning, a shorter one, and one that ends in the middle.
        #expect(known("ab 1\nlonger_nam 2\n") == [false, false])
        #expect(known("ab 1\nlonger_na") == [true, false])
        // Lines that are not remembered leave the others in their places.
        memory = LineMemory()
        #expect(known("a 1\nlonger 2\nb 3\nother 4\n", remembersAll: false) == [false, false, false, false])
        #expect(known("a 1\nlonger 2\nb 3\nother 4\n", remembersAll: false) == [false, true, false, true])
        #expect(known("") == [])
    }

    @Test("runs of lines with one decision are skipped, and nothing else")
    func skipping() {
        var memory = LineMemory()
        let names = ["one ", "two_and_more ", "three ", "four ", "five_with_a_long_name "]
        let decided = [1, 1, 2, 1, 1]
        for (at, name) in names.enumerated() {
            with(Array(name.utf8)) { memory.remember($0, decided[at], at: at) }
        }
        func skipped(_ text: String, from number: Int, _ decision: Int) -> (Int, String) {
            with(Array(text.utf8)) { view in
                var lines = ByteScanner(view)
                return (memory.skip(&lines, from: number, decided: decision), lines.rest.text)
            }
        }
        let whole = "one 1\ntwo_and_more 2\nthree 3\nfour 4\nfive_with_a_long_name 5"
        #expect(skipped(whole, from: 0, 1) == (2, "three 3\nfour 4\nfive_with_a_long_name 5"))
        #expect(skipped(whole, from: 0, 2) == (0, whole))
        #expect(skipped("three 3\nfour 4\n", from: 2, 2) == (1, "four 4\n"))
        #expect(skipped("four 4\nfive_with_a_long_name 5", from: 3, 1) == (2, ""))
        #expect(skipped("four 4\nfive_with_a_long_nam", from: 3, 1) == (1, "five_with_a_long_nam"))
        #expect(skipped("one 1\ntwo_and_less 2\n", from: 0, 1) == (1, "two_and_less 2\n"))
        #expect(skipped("one \n\n", from: 0, 1) == (1, "\n"))
        #expect(skipped("one 1\n", from: -1, 1) == (0, "one 1\n"))
        #expect(skipped("one 1\n", from: 9, 1) == (0, "one 1\n"))
    }
}

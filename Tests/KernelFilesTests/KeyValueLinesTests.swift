// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import Testing

@Suite("Lines of a key and a value")
struct KeyValueLinesTests {
    private func pairs(_ text: StaticString, _ separator: KeyValueLines.Separator, prefix: StaticString = "")
        -> (found: [[String]], malformed: Int, last: String?)
    {
        var lines = KeyValueLines(Bytes(text), separator, prefix: prefix)
        var found: [[String]] = []
        while let (key, value) = lines.next() { found.append([key.text, value.text]) }
        return (found, lines.malformedCount, lines.lastMalformed?.text)
    }

    @Test("a colon, with blanks on both sides of key and value")
    func colon() {
        let meminfo = pairs("MemTotal:       16 kB\nHugePages_Total:\nActive(anon):\t7\n\n", .colon)
        #expect(meminfo.found == [["MemTotal", "16 kB"], ["HugePages_Total", ""], ["Active(anon)", "7"]])
        #expect(meminfo.malformed == 0)
        let cpuinfo = pairs("model name\t: Some: CPU \nflags : a b", .colon)
        #expect(cpuinfo.found == [["model name", "Some: CPU"], ["flags", "a b"]])
    }

    @Test("an equals sign, and nothing is cut from key and value")
    func equals() {
        let lines = pairs("DEVNAME=sda\nA= b =c \nEMPTY=\n", .equals)
        #expect(lines.found == [["DEVNAME", "sda"], ["A", " b =c "], ["EMPTY", ""]])
    }

    @Test("blanks, and the value is all behind them")
    func blanks() {
        let lines = pairs("nr_free_pages 12\n  anon   4096  \ncpu  1 2 3\n", .blanks)
        #expect(lines.found == [["nr_free_pages", "12"], ["anon", "4096"], ["cpu", "1 2 3"]])
    }

    @Test("lines that begin otherwise are walked over")
    func prefix() {
        let lines = pairs("S:disk/by-id/x\nE:ID_MODEL=A\nI:12=3\nE:ID_SERIAL=B=C", .equals, prefix: "E:")
        #expect(lines.found == [["ID_MODEL", "A"], ["ID_SERIAL", "B=C"]])
        #expect(lines.malformed == 0)
    }

    @Test("a line without key or separator is counted and costs only itself")
    func malformed() {
        #expect(pairs("a: 1\nwords\n: 2\nb: 3", .colon) == ([["a", "1"], ["b", "3"]], 2, ": 2"))
        #expect(pairs("a=1\n=2\nwords\nb=3", .equals) == ([["a", "1"], ["b", "3"]], 2, "words"))
        #expect(pairs("a 1\nalone\nb 3", .blanks) == ([["a", "1"], ["b", "3"]], 1, "alone"))
        #expect(pairs("", .colon) == ([], 0, nil))
    }

    @Test("whatever the bytes are, keys and values are parts of them")
    func anything() {
        var generator = NetlinkGenerator(state: 3)
        let alphabet = Array("ab:= \t\nE\u{0}é".utf8)
        for _ in 0..<2_000 {
            let text = (0..<Int.random(in: 0..<60, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            Bytes.withView(of: text) { view in
                for separator in [KeyValueLines.Separator.colon, .equals, .blanks] {
                    var lines = KeyValueLines(view, separator, prefix: "E")
                    var length = 0
                    while let (key, value) = lines.next() {
                        #expect(!key.isEmpty)
                        length += key.count + value.count + 2
                    }
                    #expect(length <= text.count)
                }
            }
        }
    }
}

private func == (
    left: (found: [[String]], malformed: Int, last: String?), right: ([[String]], Int, String?)
) -> Bool {
    left.found == right.0 && left.malformed == right.1 && left.last == right.2
}

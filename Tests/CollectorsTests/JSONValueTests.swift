// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import Testing

@testable import Collectors

@Suite struct JSONValueTests {
    private func value(_ text: String) -> JSONValue? {
        Bytes.withView(of: Array(text.utf8)) { JSONValue($0) }
    }

    @Test("objects, arrays, strings, numbers and words are read, and names whatever their case")
    func typical() {
        let text = #" {"Name": "a\"\u00e9\n/", "Counts": [1, -2, 3.5e1], "ok": true, "none": null, "e": {}, "f": []} "#
        // The views lie in the text, which must stay.
        Bytes.withView(of: Array(text.utf8)) { bytes in
            let value = JSONValue(bytes)
            #expect(value?["name"]?.bytes == Array("a\"é\n/".utf8))
            let counts = value?["counts"]?.elements
            #expect(counts?.count == 3)
            #expect(counts?[0].unsigned == 1)
            #expect(counts?[1].unsigned == nil)
            #expect(counts?[1].signed == -2)
            #expect(counts?[2].signed == nil)
            #expect(value?["e"]?["any"] == nil)
            #expect(value?["f"]?.elements?.isEmpty == true)
            #expect(value?["other"] == nil)
            if case .bool(true)? = value?["ok"] {} else { Issue.record("true is not read") }
            if case .null? = value?["none"] {} else { Issue.record("null is not read") }
        }
    }

    @Test(
        "what is no JSON is nothing",
        arguments: [
            "", " ", "{", "[", "[1", "[1,", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{1:2}", "\"a", "\"\\x\"",
            "\"\\u12\"", "tru", "nul", "[1]x", "-", "{\"a\":1", "\"\\ud800\"",
        ])
    func malformed(text: String) {
        #expect(value(text) == nil)
    }

    @Test("nesting has an end")
    func deep() {
        #expect(value(String(repeating: "[", count: 31) + String(repeating: "]", count: 31)) != nil)
        #expect(value(String(repeating: "[", count: 100_000)) == nil)
    }

    @Test("every prefix of a text is read without a trap, and is nothing")
    func prefixes() {
        let text = #"[{"a": "b\u0041", "c": [1, true, null]}]"#
        for length in 0..<text.utf8.count {
            #expect(value(String(decoding: text.utf8.prefix(length), as: UTF8.self)) == nil)
        }
    }
}

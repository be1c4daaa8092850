// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Foundation
import Testing

@Suite struct JSONWriterTests {
    private func text(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private func parsed(_ text: String) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    }

    @Test(
        "a value stands as JSON has it",
        arguments: [
            (text: "", json: #""""#), ("plain é 🦆", #""plain é 🦆""#), ("a\"b\\c", #""a\"b\\c""#),
            ("\n\r\t", #""\n\r\t""#), ("\u{0}\u{1b}\u{7f}", #""\u0000\u001b\u007f""#), ("/</script>", #""/</script>""#),
            ("\u{2028}", "\"\u{2028}\""),
        ])
    func strings(text: String, json: String) throws {
        #expect(self.text { $0.value(text) } == json)
        #expect(JSONWriter.quoted(text) == json)
        #expect(try parsed(json) as? String == text)
    }

    @Test("every scalar of Unicode comes back from a reader, controls as escapes")
    func allScalars() throws {
        var all = ""
        for code in UInt32(0)...0x10_FFFF {
            if let scalar = Unicode.Scalar(code) { all.unicodeScalars.append(scalar) }
        }
        let json = text { $0.value(all) }
        #expect(json.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
        let back = try #require(try parsed(json) as? String)
        #expect(Array(back.unicodeScalars) == Array(all.unicodeScalars))
    }

    @Test("numbers keep every digit, and what is no number of JSON is null")
    func numbers() throws {
        #expect(text { $0.value(Int.min) } == "-9223372036854775808")
        #expect(text { $0.value(UInt64.max) } == "18446744073709551615")
        #expect(
            text { $0.value([0.5, -0.0, 1e300, .nan, .infinity, -.infinity]) } == "[0.5,-0.0,1e+300,null,null,null]")
        for number in [0.1, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1.0 / 3] {
            #expect(try parsed(text { $0.value(number) }) as? Double == number)
        }
    }

    @Test("absence is null, lists are arrays, switches are words")
    func others() {
        #expect(text { $0.value(Int?.none) } == "null")
        #expect(text { $0.value(Int?.some(3)) } == "3")
        #expect(text { $0.value([String]()) } == "[]")
        #expect(text { $0.value(["a", nil, "b"]) } == #"["a",null,"b"]"#)
        #expect(text { $0.value([true, false]) } == "[true,false]")
        #expect(text { $0.value([[1], [], [2, 3]]) } == "[[1],[],[2,3]]")
    }

    @Test("a type of one's own is a value where it writes itself")
    func ownType() {
        struct Version: JSONWritable {
            let major, minor: Int

            func write(to json: inout JSONWriter) { json.value("\(major).\(minor)") }
        }
        #expect(text { $0.value([Version(major: 1, minor: 2), nil]) } == #"["1.2",null]"#)
    }

    @Test("commas stand between siblings and nowhere else")
    func nesting() throws {
        let json = text { json in
            json.object { json in
                json.key("empty")
                json.object { _ in }
                json.key("list")
                json.array { json in
                    json.object { $0.member("a", 1) }
                    json.array { _ in }
                    json.value(2)
                    json.object { json in
                        json.member("b", "x")
                        json.member("c", Int?.none)
                    }
                }
                json.member("a \"key\"", true)
            }
        }
        #expect(json == #"{"empty":{},"list":[{"a":1},[],2,{"b":"x","c":null}],"a \"key\"":true}"#)
        #expect(try parsed(json) is [String: Any])
    }

    @Test("a line break stands behind the comma, before a bracket that closes, and once")
    func lines() {
        let json = text { json in
            json.array { json in
                for number in 1...2 {
                    json.lineBreak()
                    json.lineBreak()
                    json.value(number)
                }
                json.lineBreak()
            }
        }
        #expect(json == "[\n1,\n2\n]")
    }
}

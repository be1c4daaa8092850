// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Serving

@Suite("HTML templates")
struct HTMLTemplateTests {
    private static func fill(
        _ html: String, _ texts: [String: String] = [:], lists: [String: [[String: String]]] = [:]
    ) -> String {
        HTMLTemplate.fill(html[...], texts, lists: lists)
    }

    @Test("a placeholder becomes its text, wherever and however often it stands")
    func texts() {
        #expect(Self.fill("", ["a": "1"]) == "")
        #expect(Self.fill("{{a}}", ["a": "1"]) == "1")
        #expect(Self.fill("<p>{{a}} of {{bc}}, {{a}}</p>\n", ["a": "1", "bc": "é"]) == "<p>1 of é, 1</p>\n")
    }

    @Test("a text cannot become HTML, an attribute's end or a placeholder")
    func escaping() {
        let texts = ["a": "<b c=\"d\">'&amp;'</b>", "e": "{{a}} {{#l}}x{{/l}}"]
        #expect(
            Self.fill("<p title='{{a}}'>{{e}}</p>", texts, lists: ["l": [[:]]])
                == "<p title='&lt;b c=&quot;d&quot;&gt;&#39;&amp;amp;&#39;&lt;/b&gt;'>{{a}} {{#l}}x{{/l}}</p>")
    }

    @Test("what is between the marks of a list is written for each entry, with its own texts")
    func lists() {
        let html = "<ul>{{#items}}<li>{{name}}: {{value}}\n{{/items}}</ul>{{name}}"
        let entries = [["name": "a", "value": "1"], ["name": "<", "value": "2"]]
        #expect(
            Self.fill(html, ["name": "outer"], lists: ["items": entries])
                == "<ul><li>a: 1\n<li>&lt;: 2\n</ul>outer")
        #expect(Self.fill(html, ["name": "outer"], lists: ["items": []]) == "<ul></ul>outer")
        #expect(Self.fill("{{#a}}1{{/a}}{{#b}}2{{/b}}", lists: ["a": [[:]], "b": [[:], [:]]]) == "122")
    }

    @Test("what has no text or no end stays as it is, and a lone brace is none")
    func leftStanding() {
        for html in ["{{a}}", "{{", "a {{b", "}}", "{ a }", "{{#a}}b", "p { color: red; }"] {
            #expect(Self.fill(html) == html)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Expat
import Testing

/// Documents and what is none, through the host's libexpat.
@Suite struct ExpatTests {
    private func library() throws -> ExpatLibrary {
        do throws(ExpatError) {
            return try ExpatLibrary()
        } catch {
            print("skipped: ExpatTests: \(error)")
            try Test.cancel("\(error)")
        }
    }

    private func tokens(of text: String) throws -> [String] {
        var tokens = try library().parse(Array(text.utf8))
        var found: [String] = []
        while let token = tokens.next() {
            switch token {
            case .start(let name): found.append("<\(name.text)>")
            case .end(let name): found.append("</\(name.text)>")
            case .text(let text): found.append(text.text)
            }
        }
        return found
    }

    @Test("tags and texts come in their order, without attributes and comments")
    func order() throws {
        #expect(
            try tokens(of: #"<?xml version="1.0"?><a x="1">one<b/><!-- no -->two</a>"#)
                == ["<a>", "one", "<b>", "</b>", "two", "</a>"])
    }

    @Test("a text is whole, with its entities replaced and its parts put together")
    func text() throws {
        #expect(try tokens(of: "<a>1 &lt; 2 &amp; &#252;<![CDATA[<raw>]]></a>") == ["<a>", "1 < 2 & ü<raw>", "</a>"])
        let long = String(repeating: "line\n", count: 50_000)
        #expect(try tokens(of: "<a>\(long)</a>") == ["<a>", long, "</a>"])
    }

    @Test("other encodings become UTF-8")
    func encodings() throws {
        var bytes = Array(#"<?xml version="1.0" encoding="ISO-8859-1"?><a>"#.utf8)
        bytes += [0xFC] + Array("</a>".utf8)
        var tokens = try library().parse(bytes)
        var texts: [String] = []
        while let token = tokens.next() {
            if case .text(let text) = token { texts.append(text.text) }
        }
        #expect(texts == ["ü"])
    }

    @Test(
        "what is no document is refused, with its line",
        arguments: ["", "no XML", "<a>", "<a></b>", "<a>\n&nothing;</a>", "<a/><b/>", "<a>\u{1}</a>"])
    func malformed(text: String) throws {
        let library = try library()
        do throws(ExpatError) {
            _ = try library.parse(Array(text.utf8))
            Issue.record("taken for a document")
        } catch {
            #expect(error.description.hasPrefix("no XML document: line "))
        }
    }

    @Test("a document that brings entities of its own is refused before they are used")
    func entities() throws {
        let library = try library()
        let text = #"<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>"#
        do throws(ExpatError) {
            _ = try library.parse(Array(text.utf8))
            Issue.record("taken for a document")
        } catch {
            #expect(error == .malformed("line 1: a document type is not accepted"))
        }
    }
}

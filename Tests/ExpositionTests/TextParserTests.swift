// SPDX-License-Identifier: Apache-2.0

import Exposition
import Testing

@Suite("The text format's parser")
struct TextParserTests {
    @Test("a page of all types comes back whole")
    func parsesAllTypes() throws {
        let page = try parse(
            """
            # HELP jobs_total Jobs \\"done\\",\\n or so: \\\\.
            # TYPE jobs_total counter
            jobs_total{queue="b",  kind = "a\\"\\\\\\n" , } 3
             \tjobs_total\t4e2

            # a comment
            #
            # TYPE heat gauge
            heat{room="日本"}-1.5
            bare +Inf
            bare{x=""} nan
            # TYPE wait SUMMARY
            wait{quantile="0.50",a="b"} 7
            wait_sum{a="b"} 9
            wait_count{a="b"} 3.9
            # TYPE size histogram
            size_bucket{le="1"} 2
            size_bucket{le="+Inf"} 5
            size_sum 6
            size_count 5
            size_bucket 8

            """)
        #expect(
            page.families.map { name($0, page) } == ["jobs_total", "heat", "bare", "wait", "size"])
        #expect(page.families.map(\.type) == [.counter, .gauge, .untyped, .summary, .histogram])
        #expect(page.families[0].help == Array("Jobs \"done\",\n or so: \\.".utf8))
        #expect(page.families[1].help == nil)
        #expect(labels(page.families[0].samples[0], page) == ["kind=a\\\"\\\\\\n", "queue=b"])
        #expect(page.families[0].samples.map(\.value) == [3, 400])
        #expect(page.families[0].samples.map(\.line) == [3, 4])
        #expect(page.families[1].samples[0].value == -1.5)
        #expect(page.families[2].samples[0].value == .infinity)
        #expect(page.families[2].samples[1].value.isNaN)
        #expect(page.families[3].samples.map(\.role) == [.quantile(0.5), .sum, .count])
        #expect(page.families[3].samples.map(\.value) == [7, 9, 3])
        #expect(page.families[3].samples.allSatisfy { labels($0, page) == ["a=b"] })
        #expect(
            page.families[4].samples.map(\.role)
                == [.bucket(upperBound: 1), .bucket(upperBound: .infinity), .sum, .count, .none])
        #expect(!page.hasTimestamp)
    }

    @Test("a family's lines may stand apart, and its parts may come before its TYPE")
    func parsesScatteredFamilies() throws {
        let page = try parse("a 1\nb_count 2\na 3\n# TYPE b summary\nb_sum 4\nb_count 5\n# TYPE none gauge\n")
        #expect(page.families.map { name($0, page) } == ["a", "b_count", "b"])
        #expect(page.families.map { $0.samples.map(\.value) } == [[1, 3], [2, 5], [4]])
        #expect(page.families.map { $0.samples.map(\.role) } == [[.value, .value], [.value, .value], [.sum]])
    }

    @Test("timestamps are accepted and reported")
    func reportsTimestamps() throws {
        #expect(try parse("a 1\na 2  -5\n").firstTimestampLine == 2)
        #expect(try parse("").families.isEmpty)
        #expect(try parse(" \t ").families.isEmpty)
    }

    @Test(
        "what is wrong is named with its line",
        arguments: [
            ("a", 1, "expected a line feed"), ("a\n", 1, "number as value"), ("a 1", 1, "end of the page"),
            ("\n\na x\n", 3, "found \"x\""), ("a 1\r\n", 1, "found \"1\\r\""), ("a 1 \n", 1, "timestamp"),
            ("a 1 5 \n", 1, "end of the line"), ("a 1 5.0\n", 1, "timestamp"), ("9a 1\n", 1, "metric name"),
            ("{a=\"b\"} 1\n", 1, "metric name"), ("a{b=\"c\" 1\n", 1, "'}'"), ("a{b=c} 1\n", 1, "'\"'"),
            ("a{b} 1\n", 1, "'='"), ("a{,} 1\n", 1, "label name"), ("a{b=\"c\n\"} 1\n", 1, "end of label value"),
            ("a{b=\"\\t\"} 1\n", 1, "backslash"), ("a{b=\"", 1, "end of the page"), ("a{", 1, "end of the page"),
            ("a{b=\"\\", 1, "end of the page"), ("a{b=\"1\",b=\"2\"} 1\n", 1, "second label"),
            ("a{c=\"1\",b=\"2\",c=\"2\"} 1\n", 1, "second label"), ("a{__name__=\"b\"} 1\n", 1, "reserved"),
            ("# HELP a b\n# HELP a b\n", 2, "second HELP"), ("# HELP a \\x\n", 1, "backslash"),
            ("# TYPE a gauge\n# TYPE a gauge\n", 2, "second TYPE"), ("a 1\n# TYPE a gauge\n", 2, "after its samples"),
            ("# TYPE a gauges\n", 1, "found \"gauges\""), ("# TYPE a gauge \n", 1, "found \"gauge \""),
            ("# TYPE 9a gauge\n", 1, "metric name"), ("# TYPE a-b gauge\n", 1, "metric name"), ("# x", 1, "end of"),
            ("# TYPE h histogram\nh_bucket{le=\"x\"} 1\n", 2, "bucket"),
            ("# TYPE h histogram\nh_bucket{le=\"1\",le=\"2\"} 1\n", 2, "second label"),
            ("# TYPE h histogram\nh_count -1\n", 2, "count"), ("# TYPE h histogram\nh_count NaN\n", 2, "count"),
            ("# TYPE h histogram\n# TYPE h_sum gauge\n", 2, "second TYPE"), ("a 0x1p3\n", 1, "number"),
            ("a 1e999\n", 1, "number"), ("a 1_0\n", 1, "number"), ("a -nan\n", 1, "number"), ("a .\n", 1, "number"),
        ] as [(String, Int, String)]
    )
    func refuses(text: String, line: Int, message: String) throws {
        let error = #expect(throws: TextParserError.self) { try parse(text) }
        #expect(error?.line == line)
        #expect(error?.message.contains(message) == true, "\(String(describing: error))")
    }

    @Test("a label value that is not UTF-8 is refused, and a long word is cut in the message")
    func refusesBrokenBytes() throws {
        let bad = Array("a{b=\"".utf8) + [0xff] + Array("\"} 1\n".utf8)
        #expect(throws: TextParserError.self) { try TextParser.parse(bad) }
        let long = #expect(throws: TextParserError.self) {
            try parse("a " + String(repeating: "y", count: 5_000) + "\n")
        }
        #expect((long?.message.count ?? 0) < 150)
    }

    @Test("a number is read as the nearest double")
    func parsesNumbers() {
        let numbers: [(String, Double)] = [
            ("0", 0), ("-0", 0), ("+1", 1), ("1.", 1), (".5", 0.5), ("1e5", 1e5), ("1E-5", 1e-5), ("1e-999", 0),
            ("0.1", 0.1), ("123456789012345", 123_456_789_012_345), ("0.30000000000000004", 0.1 + 0.2),
            ("iNf", .infinity), ("-Infinity", -.infinity), ("1.7976931348623157e308", .greatestFiniteMagnitude),
            (String(repeating: "9", count: 300), 1e300), ("00000000000000000000001.5", 1.5),
        ]
        for (text, value) in numbers {
            #expect(NumberText.parse(Array(text.utf8)[...]) == value, "\(text)")
        }
        for text in ["", "-", "+", ".", "e5", "1e", "1e+", "0x10", "1.2.3", "infinit", "1 ", "nann", "--1"] {
            #expect(NumberText.parse(Array(text.utf8)[...]) == nil, "\(text)")
        }
    }

    @Test("no bytes make it trap, and what it finds lies within the page")
    func survivesMutations() {
        let seed = Array(
            """
            # HELP a_total Help \\\\ \\n "x"
            # TYPE a_total counter
            a_total{b="c\\"\\\\",d="é"} 1.5e3 123
            # TYPE h histogram
            h_bucket{le="+Inf",x="y"} 5
            h_sum{x="y"} .5
            h_count{x="y"} 5
            # TYPE s summary
            s{quantile="0.5"} -Inf

            """.utf8)
        let words: [[UInt8]] = ["\n", "\"", "\\", "{", "}", ",", "#", " ", "\t", "_count", "1e", "# TYPE "].map {
            Array($0.utf8)
        }
        var random = SplitMix(state: 11)
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0...(random.next() % 3) {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int(random.next() % 9)))
                case 2: bytes.insert(contentsOf: words[Int(random.next() % UInt64(words.count))], at: place)
                default: bytes.removeLast(bytes.count - place)
                }
                if bytes.isEmpty { break }
            }
            guard let page = try? TextParser.parse(bytes) else { continue }
            accepted += 1
            for sample in page.families.flatMap(\.samples) {
                for label in page.labels[sample.labels] {
                    _ = (page.bytes[label.name], page.bytes[label.value])
                }
            }
        }
        #expect(accepted > 100)
    }

    private func parse(_ text: String) throws -> ParsedPage {
        var text = text
        return try text.withUTF8 { try TextParser.parse(UnsafeRawBufferPointer($0)) }
    }

    private func name(_ family: ParsedPage.Family, _ page: ParsedPage) -> String {
        String(decoding: page.bytes[family.name], as: UTF8.self)
    }

    private func labels(_ sample: ParsedPage.Sample, _ page: ParsedPage) -> [String] {
        page.labels[sample.labels].map {
            String(decoding: page.bytes[$0.name] + [61] + page.bytes[$0.value], as: UTF8.self)
        }
    }
}

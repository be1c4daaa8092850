// SPDX-License-Identifier: Apache-2.0

import ExpositionSupport
import Testing

@Suite("The validator of pages")
struct ExpositionValidatorTests {
    @Test("good pages have no problems")
    func acceptsGoodPages() {
        #expect(problems(Self.goodText) == [])
        #expect(problems(Self.goodOpenMetrics, .openMetrics) == [])
        #expect(problems("") == [])
        #expect(problems("# EOF\n", .openMetrics) == [])
    }

    @Test(
        "every rule of the text format fires",
        arguments: [
            ("1a 1\n", "no valid metric name"), ("a{1=\"b\"} 1\n", "no valid label name"),
            ("a{} 1\n", "no valid label name"), ("a{b=\"c\",} 1\n", "no valid label name"),
            ("a{b:c=\"c\"} 1\n", "no =\""), ("a{b=\"c\",b=\"d\"} 1\n", "label b twice"), ("a{b=\"c\" 1\n", "no }"),
            ("a{b=\"c} 1\n", "no \" after"), ("a{b=\"\\x\"} 1\n", "escape"), ("a{__b=\"c\"} 1\n", "reserved"),
            ("a  1\n", "not one value"), ("a 1 2\n", "not one value"), ("a\n", "no space before the value"),
            ("a \n", "not one value"), ("a 1.0\n", "as Go prints"), ("a 1000000\n", "as Go prints"),
            ("a inf\n", "as Go prints"), ("a 1e6\n", "as Go prints"), ("a 0x1\n", "as Go prints"),
            ("a 0.30000000000000005\n", "as Go prints"), ("a 1\n\n", "an empty line"), ("a 1", "does not end"),
            ("a 1\n# hello\n", "neither HELP nor TYPE"), ("a 1\n# EOF\n", "# EOF in the text format"),
            ("a 1\na 1\n", "a second a"), ("a{b=\"1\",c=\"2\"} 1\na{c=\"2\",b=\"1\"} 1\n", "a second a{"),
            ("a 1\n# TYPE a gauge\n", "TYPE after samples"), ("a 1\n# HELP a x\n", "HELP after samples"),
            ("a 1\n# TYPE 1b gauge\n", "metric name in a comment"), ("a 1\n# TYPE\n", "neither HELP"),
            ("a 1\n# HELP b\n", "no space after the name"),
        ] as [(String, String)]
    )
    func firesWithinFamily(body: String, problem: String) {
        let found = problems("# HELP a Some text.\n# TYPE a untyped\n" + body)
        #expect(found.contains { $0.contains(problem) }, "\(found)")
    }

    @Test(
        "every rule about families fires",
        arguments: [
            ("a 1\n", "no TYPE fits a before it"), ("# TYPE a gauge\na 1\n", "a has no HELP"),
            ("# HELP a b\na 1\n", "a has no TYPE"), ("# HELP a b\n# TYPE a gauge\n", "no samples"),
            ("# HELP a b\n# HELP a b\n# TYPE a gauge\na 1\n", "a second HELP"),
            ("# HELP a b\n# TYPE a gauge\n# TYPE a gauge\na 1\n", "a second TYPE"),
            ("# HELP a b\\c\n# TYPE a gauge\na 1\n", "escape"), ("# HELP a b\\\n# TYPE a gauge\na 1\n", "backslash"),
            ("# HELP a b\n# TYPE a unknown\na 1\n", "no type"), ("# HELP a b\n# TYPE a counter\na -1\n", "is -1"),
            ("# HELP a b\n# TYPE a counter\na NaN\n", "is NaN"),
            (family("a", "gauge", "a 1\n") + family("b", "gauge", "b 1\n") + "a{x=\"y\"} 2\n", "apart from"),
            (family("a", "gauge", "a 1\n") + family("b", "gauge", "b 1\n") + family("a", "gauge", "a 3\n"), "apart"),
            (family("a", "summary", "a_sum 1\na_count 1\n") + family("a_sum", "gauge", "a_sum 1\n"), "can belong to"),
            (family("a", "summary", "a_sum 1\n"), "no _count"), (family("a", "summary", "a_count 1\n"), "no _sum"),
            (family("a", "summary", "a_sum 1\na_count NaN\n"), "is NaN"),
            (family("a", "summary", "a 1\na_sum 1\na_count 1\n"), "without a quantile"),
            (family("a", "summary", "a{quantile=\"2\"} 1\na_sum 1\na_count 1\n"), "without a quantile"),
            (family("a", "histogram", "a_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n"), "no le +Inf"),
            (family("a", "histogram", "a_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n"), "_count other"),
            (family("a", "histogram", "a_bucket{le=\"+Inf\"} -1\na_sum 1\na_count -1\n"), "is -1"),
            (family("a", "histogram", "a_bucket{le=\"1.0\"} 1\na_sum 1\na_count 1\n"), "number as le"),
            (family("a", "histogram", "a_bucket 1\na_sum 1\na_count 1\n"), "number as le"),
            (family("a", "histogram", "a_sum 1\na_count 0\n"), "no le +Inf"),
            (family("a", "histogram", "a_bucket{le=\"2\"} 1\na_bucket{le=\"1\"} 1\n"), "out of order"),
            (family("a", "histogram", "a_bucket{le=\"1\"} 2\na_bucket{le=\"2\"} 1\n"), "fewer at le 2"),
            (family("a", "histogram", "a 1\n"), "no TYPE fits a"),
        ] as [(String, String)]
    )
    func firesAboutFamilies(page: String, problem: String) {
        let found = problems(page)
        #expect(found.contains { $0.contains(problem) }, "\(found)")
    }

    @Test(
        "every rule of OpenMetrics alone fires",
        arguments: [
            (family("a", "gauge", "a 1\n"), "no # EOF"), (family("a", "gauge", "a 1\n") + "# EOF", "does not end"),
            (family("a", "gauge", "a 1\n") + "# EOF\n# EOF\n", "after # EOF"),
            ("# EOF\n" + family("a", "gauge", "a 1\n"), "after # EOF"),
            (family("a", "untyped", "a 1\n") + "# EOF\n", "no type"),
            (family("a", "counter", "a 1\n") + "# EOF\n", "no TYPE fits a"),
            (family("a_total", "counter", "a_total 1\n") + "# EOF\n", "_total in the name"),
            ("# HELP a \"b\"\n# TYPE a gauge\na 1\n# EOF\n", "quote without backslash"),
            (family("a", "counter", "a_total 1\n") + family("a_total", "unknown", "a_total 2\n") + "# EOF\n", "belong"),
        ] as [(String, String)]
    )
    func firesInOpenMetrics(page: String, problem: String) {
        let found = problems(page, .openMetrics)
        #expect(found.contains { $0.contains(problem) }, "\(found)")
    }

    @Test("bytes that are not UTF-8 are a problem")
    func refusesBrokenBytes() {
        let page = Array("# HELP a b\n# TYPE a gauge\na{b=\"".utf8) + [0xff] + Array("\"} 1\n".utf8)
        #expect(ExpositionValidator.problems(in: page, format: .text) == ["the page is not UTF-8"])
    }

    @Test("families and samples come out with sorted labels and unescaped values")
    func readsPages() {
        let families = ExpositionValidator.families(in: Array(Self.goodText.utf8))
        #expect(families.map(\.name) == ["jobs_total", "heat", "size", "wait"])
        #expect(families[0].help == "Jobs \"done\".")
        #expect(families[2].type == "histogram")
        let samples = ExpositionValidator.samples(in: Array(Self.goodText.utf8))
        #expect(samples.count == 10)
        #expect(samples[0].labels.map(\.name) == ["a", "b"])
        #expect(samples[0]["a"] == "x\n\"\\")
        #expect(samples[0].value == "3")
        #expect(samples[1].series == "heat")
        #expect(ExpositionValidator.samples(in: Array(Self.goodOpenMetrics.utf8), format: .openMetrics).count == 4)
    }

    // MARK: - Pages

    private static let goodText = """
        # HELP jobs_total Jobs "done".
        # TYPE jobs_total counter
        jobs_total{b="1",a="x\\n\\"\\\\"} 3
        # HELP heat Heat.
        # TYPE heat gauge
        heat -1.5e-05
        # HELP size Size.
        # TYPE size histogram
        size_bucket{le="0.5"} 2
        size_bucket{le="+Inf"} 5
        size_sum NaN
        size_count 5
        # HELP wait Wait.
        # TYPE wait summary
        wait{x="y",quantile="0.5"} 7
        wait{x="y",quantile="0.9"} NaN
        wait_sum{x="y"} 1.25e+06
        wait_count{x="y"} 3

        """

    private static let goodOpenMetrics = """
        # HELP jobs Jobs \\"done\\".
        # TYPE jobs counter
        jobs_total 3
        # HELP build_info Build.
        # TYPE build_info gauge
        build_info{version="1"} 1
        # HELP odd_total From a file.
        # TYPE odd_total unknown
        odd_total -1
        # HELP host Host.
        # TYPE host info
        host_info{name="x"} 1
        # EOF

        """

    private func problems(_ page: String, _ format: ExpositionValidator.Format = .text) -> [String] {
        ExpositionValidator.problems(in: Array(page.utf8), format: format)
    }
}

/// A family with its comments.
private func family(_ name: String, _ type: String, _ samples: String) -> String {
    "# HELP \(name) Some text.\n# TYPE \(name) \(type)\n\(samples)"
}

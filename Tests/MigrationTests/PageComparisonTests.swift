// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Migration

@Suite struct PageComparisonTests {
    private func page(_ text: String) throws -> SeriesPage { try SeriesPage(Array(text.utf8)) }

    private func round(_ before: String, _ ours: String, _ after: String) throws -> PageComparison.Round {
        PageComparison.Round(before: try page(before), ours: try page(ours), after: try page(after))
    }

    private func comparison(_ peer: String, _ ours: String) throws -> PageComparison {
        PageComparison([try round(peer, ours, peer)])
    }

    @Test("equal pages differ in nothing, whatever the order of series and labels")
    func same() throws {
        let found = try comparison(
            "# TYPE node_a gauge\nnode_a{x=\"1\",y=\"2\"} 1\nnode_b 2\nnode_c NaN\n",
            "node_c NaN\nnode_b 2\n# TYPE node_a gauge\nnode_a{y=\"2\",x=\"1\"} 1\n")
        #expect(found.isEmpty && found.same == 3 && found.newSeries == 0)
        #expect(PageComparison([]).isEmpty)
    }

    @Test("a series that only one of both has is missing or added, by family")
    func missingAndAdded() throws {
        let found = try comparison(
            "node_a{x=\"1\"} 1\nnode_a{x=\"2\"} 1\n", "node_a{x=\"1\"} 1\nnode_a{x=\"3\"} 1\nnode_b 1\nhost_c 1\n")
        #expect(found.missing == ["node_a": ["node_a{x=\"2\"}"]])
        #expect(found.added == ["node_a": ["node_a{x=\"3\"}"], "node_b": ["node_b"]])
        #expect(found.newSeries == 1 && found.same == 1 && !found.isEmpty)
    }

    @Test("what a program says of itself is not compared")
    func own() throws {
        let found = try comparison(
            "go_goroutines 8\nprocess_cpu_seconds_total 1\npromhttp_x 1\nnode_exporter_build_info 1\n"
                + "node_scrape_collector_duration_seconds{collector=\"a\"} 1\n",
            "node_scrape_collector_success{collector=\"daena\"} 1\nprocess_cpu_seconds_total 2\n")
        #expect(found.isEmpty)
    }

    @Test("a value may be off by as much as the peer's own moved, one that stands still may not")
    func movement() throws {
        func differs(_ before: Double, _ ours: Double, _ after: Double) throws -> Bool {
            // Swift's own text of a number but for "nan".
            func page(_ value: Double) -> String { "node_a \(value.isNaN ? "NaN" : value.description)\n" }
            let found = PageComparison([try round(page(before), page(ours), page(after))])
            return !found.differing.isEmpty
        }
        #expect(try !differs(10, 11, 12))
        #expect(try !differs(10, 13.9, 12) && !differs(10, 8.1, 12))
        #expect(try differs(10, 14.5, 12) && differs(10, 7.5, 12))
        #expect(try differs(10, 10.001, 10))
        // The last digit of a floating point number is no difference.
        #expect(try !differs(0.1 + 0.2, 0.3, 0.1 + 0.2))
        #expect(try differs(.nan, 1, .nan) && differs(1, .nan, 1) && !differs(.nan, .nan, .nan))
    }

    @Test("a difference is shown with both values")
    func shown() throws {
        let found = try comparison("node_a{x=\"1\"} 1\n", "node_a{x=\"1\"} 3\n")
        #expect(found.differing == ["node_a": ["node_a{x=\"1\"}: 1.0, here 3.0"]])
    }

    @Test("another type of a family is said once")
    func types() throws {
        let found = try comparison("# TYPE node_a counter\nnode_a 1\n", "# TYPE node_a gauge\nnode_a 1\n")
        #expect(found.types == ["node_a: counter, here gauge"] && !found.isEmpty)
    }

    @Test("one good look is enough, and a series that comes and goes is neither missing nor added")
    func chance() throws {
        let found = PageComparison([
            try round("node_a 1\nnode_b 1\n", "node_a 9\n", "node_a 1\n"),
            try round("node_a 1\n", "node_a 1\nnode_b 1\n", "node_a 1\nnode_b 1\n"),
        ])
        #expect(found.isEmpty)
    }

    @Test("looking ends with the first look without differences")
    func endsEarly() throws {
        var (fetches, looks, pauses) = (0, 0, 0)
        let found = try PageComparison.looking(
            limit: 3,
            peer: {
                fetches += 1
                return Array("node_a 5\n".utf8)
            },
            ours: {
                looks += 1
                return Array("node_a \(looks == 2 ? 5 : 9)\n".utf8)
            },
            pause: { pauses += 1 })
        #expect(found.isEmpty && looks == 2 && fetches == 4 && pauses == 2)
    }

    @Test("looking gives up at the limit, and throws what a side throws or what is no page")
    func givesUp() throws {
        struct Refused: Error {}
        var looks = 0
        let found = try PageComparison.looking(
            limit: 3, peer: { Array("node_a 5\n".utf8) },
            ours: {
                looks += 1
                return Array("node_a 9\n".utf8)
            }, pause: {})
        #expect(found.differing.count == 1 && looks == 3)
        #expect(throws: Refused.self) {
            try PageComparison.looking(limit: 3, peer: { throw Refused() }, ours: { [] }, pause: {})
        }
        #expect(throws: (any Error).self) {
            try PageComparison.looking(limit: 3, peer: { Array("<html>\n".utf8) }, ours: { [] }, pause: {})
        }
    }

    @Test("parts of histograms and summaries are series of their own")
    func parts() throws {
        let found = try page(
            """
            # TYPE h histogram
            h_bucket{le="1"} 1
            h_bucket{le="+Inf"} 2
            h_sum 3
            h_count 2
            # TYPE s summary
            s{quantile="0.5"} 4
            s_sum 5
            s_count 1

            """)
        #expect(found.values.count == 7)
        #expect(found.values["h_sum"] == 3 && found.values["s_count"] == 1)
        #expect(Set(found.families.values) == ["h", "s"] && found.types == ["h": "histogram", "s": "summary"])
    }
}

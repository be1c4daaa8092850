// SPDX-License-Identifier: Apache-2.0

import ExpositionSupport
import Testing

@testable import Exposition

/// Rows of series that are written again by number alone: the page is what it would be with labels.
@Suite struct SeriesRunTests {
    private enum Metric: Int, FamilyKey {
        case counts, others

        var family: MetricFamily {
            switch self {
            case .counts: .counter("counts_total", ["cpu", "row"], "Rows of columns.")
            case .others: .gauge("others", ["cpu", "row"], "Rows of columns.")
            }
        }
    }

    private typealias Writer = MetricWriter<Metric>

    private func lines(_ writer: borrowing Writer) -> [String] {
        var composer = PageComposer()
        composer.add(writer)
        var sink = ByteSink()
        composer.write(.text, to: &sink)
        #expect(ExpositionValidator.problems(in: sink.array, format: .text) == [])
        return String(decoding: sink.array, as: UTF8.self).split(separator: "\n").map(String.init)
            .filter { !$0.hasPrefix("#") }.sorted()
    }

    private func write(_ key: Metric, _ row: String, _ counts: [UInt64], into writer: inout Writer) -> SeriesRun {
        let first = writer.sampleCount(of: key)
        for (cpu, count) in counts.enumerated() {
            let labels = writer.labels {
                $0.add("cpu", cpu)
                $0.add("row", row)
            }
            writer.write(key, labels, count)
        }
        return writer.run(of: key, from: first)
    }

    private func expect(_ run: SeriesRun, _ numbers: [UInt64], into writer: inout Writer, isWritten: Bool) {
        let result = writer.write(run, numbers)
        #expect(result == isWritten)
    }

    @Test("a run is written where the collection before had it at its place, and nowhere else")
    func places() {
        var writer = Writer()
        let first = write(.counts, "a", [1, 2, 3], into: &writer)
        let second = write(.counts, "b", [4, 5, 6], into: &writer)
        expect(second, [1, 1, 1], into: &writer, isWritten: false)
        writer.reset()
        expect(second, [1, 1, 1], into: &writer, isWritten: false)
        expect(first, [1, 1], into: &writer, isWritten: false)
        expect(first, [], into: &writer, isWritten: false)
        expect(.none, [], into: &writer, isWritten: false)
        expect(first, [10, 20, .max], into: &writer, isWritten: true)
        expect(first, [1, 2, 3], into: &writer, isWritten: false)
        expect(second, [0, 0, 7], into: &writer, isWritten: true)
        expect(second, [0, 0, 7], into: &writer, isWritten: false)
        let page = lines(writer)
        #expect(
            page == [
                #"counts_total{cpu="0",row="a"} 10"#, #"counts_total{cpu="0",row="b"} 0"#,
                #"counts_total{cpu="1",row="a"} 20"#, #"counts_total{cpu="1",row="b"} 0"#,
                #"counts_total{cpu="2",row="a"} 1.8446744073709552e+19"#, #"counts_total{cpu="2",row="b"} 7"#,
            ])
        // The arrangement is the same for as long as nothing else comes.
        writer.reset()
        expect(first, [1, 2, 3], into: &writer, isWritten: true)
        writer.reset()
        expect(first, [1, 2, 3], into: &writer, isWritten: false)
        writer.reset()
        expect(first, [1, 2, 3], into: &writer, isWritten: false)
        let found = lines(writer)
        #expect(found == [])
    }

    @Test("another writer, and another family at the same place, do not take a run")
    func owners() {
        var writer = Writer()
        var other = Writer()
        let run = write(.counts, "a", [1, 2], into: &writer)
        _ = write(.counts, "b", [1, 2], into: &other)
        _ = write(.others, "c", [1, 2], into: &writer)
        writer.reset()
        other.reset()
        expect(run, [3, 4], into: &other, isWritten: false)
        expect(run, [3, 4], into: &writer, isWritten: true)
        let found = lines(writer)
        #expect(found == [#"counts_total{cpu="0",row="a"} 3"#, #"counts_total{cpu="1",row="a"} 4"#])
    }

    @Test("whatever rows come and go, runs give the page that labels give", arguments: 1...8)
    func random(seed: Int) {
        var random = SplitMix(state: UInt64(seed))
        var writer = Writer()
        var plain = Writer()
        var runs: [String: SeriesRun] = [:]
        var rows = ["a", "b", "c", "d"]
        var written = 0
        for _ in 0..<400 {
            writer.reset()
            plain.reset()
            if Int.random(in: 0..<4, using: &random) == 0 { rows.shuffle(using: &random) }
            if Int.random(in: 0..<6, using: &random) == 0 {
                rows = Array("abcdef".map(String.init).shuffled(using: &random).prefix(Int.random(in: 0...6)))
            }
            let columns = Int.random(in: 0..<12, using: &random) == 0 ? 1 : 3
            for row in rows {
                let counts = (0..<columns).map { _ in UInt64.random(in: 0..<3_000, using: &random) }
                _ = write(.counts, row, counts, into: &plain)
                if writer.write(runs[row] ?? .none, counts) {
                    written += 1
                } else {
                    runs[row] = write(.counts, row, counts, into: &writer)
                }
            }
            let (found, wanted) = (lines(writer), lines(plain))
            #expect(found == wanted)
            let fault = writer.fault
            #expect(fault == nil)
        }
        #expect(written > 200)
    }
}

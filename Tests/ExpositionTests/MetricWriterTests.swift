// SPDX-License-Identifier: Apache-2.0

import ExpositionSupport
import Testing

@testable import Exposition

@Suite struct MetricWriterTests {
    private enum Metric: Int, FamilyKey {
        case plain, labelled, other

        var family: MetricFamily {
            switch self {
            case .plain: .gauge("plain", [], "A gauge without labels.")
            case .labelled: .counter("labelled_total", ["device"], "A counter with a label.")
            case .other: .untyped("other", [], "No type.")
            }
        }
    }

    private func text(_ writer: borrowing MetricWriter<Metric>, _ format: PageFormat = .text) -> String {
        var composer = PageComposer()
        composer.add(writer)
        var sink = ByteSink()
        composer.write(format, to: &sink)
        let kind: ExpositionValidator.Format = format == .text ? .text : .openMetrics
        #expect(ExpositionValidator.problems(in: sink.array, format: kind) == [])
        return String(decoding: sink.array, as: UTF8.self)
    }

    @Test("a repeated series stays out, with labels and without")
    func duplicates() {
        var writer = MetricWriter<Metric>()
        for value in 1...3 {
            writer.write(Metric.plain, value)
            let labels = writer.labels { $0.add("device", "sda") }
            writer.write(Metric.labelled, labels, value)
        }
        #expect(writer.sampleCount == 2)
        let page = text(writer)
        #expect(page.contains("\nplain 1\n"))
        #expect(page.contains("\nlabelled_total{device=\"sda\"} 1\n"))
    }

    @Test("ten thousand series are told apart")
    func manySeries() {
        var writer = MetricWriter<Metric>()
        for _ in 0..<2 {
            for number in 0..<10_000 {
                let labels = writer.labels { $0.add("device", number) }
                writer.write(Metric.labelled, labels, number)
            }
        }
        #expect(writer.sampleCount == 10_000)
    }

    @Test("label sets that differ only in bytes that are not UTF-8 become one, and the first stays")
    func mended() {
        var writer = MetricWriter<Metric>()
        for (value, byte) in [UInt8(0xFF), 0xFE].enumerated() {
            let labels = writer.labels { text in
                [UInt8(ascii: "a"), byte].withUnsafeBytes { text.add("device", $0) }
            }
            writer.write(Metric.labelled, labels, value)
        }
        #expect(text(writer).contains("labelled_total{device=\"a\u{FFFD}\"} 0\n"))
        #expect(writer.sampleCount == 1)
    }

    @Test("families stay in one piece in whatever order their samples come")
    func contiguous() {
        var writer = MetricWriter<Metric>(openFamilies: [.gauge("dynamic_<number>", ["device"], "")])
        for number in 0..<5 {
            let labels = writer.labels { $0.add("device", number) }
            writer.write(Metric.labelled, labels, number)
            let family = writer.family(.gauge("dynamic_\(number % 2)", ["device"], "Named while collecting."))
            writer.write(family, labels, number)
        }
        #expect(text(writer).components(of: "# TYPE").count == 3)
    }

    @Test("two writers with the same family share one block, in which the first one's series stay")
    func merged() {
        var first = MetricWriter<Metric>()
        first.write(Metric.plain, 1)
        var second = MetricWriter<NoMetrics>(openFamilies: [.counter("plain", [], "")])
        let plain = second.family(.counter("plain", ["device?"], "Somebody else's."))
        second.write(plain, .none, 2)
        second.write(plain, second.labels { $0.add("device", "x") }, 3)
        var composer = PageComposer()
        composer.add(first)
        composer.add(second)
        var sink = ByteSink()
        composer.write(.text, to: &sink)
        #expect(
            String(decoding: sink.array, as: UTF8.self) == """
                # HELP plain A gauge without labels.
                # TYPE plain gauge
                plain 1
                plain{device="x"} 3

                """)
    }

    @Test("in OpenMetrics a counter has its name without _total, unless another family has that name")
    func openMetrics() {
        var writer = MetricWriter<Metric>(openFamilies: [.gauge("labelled", [], "")])
        let labels = writer.labels { $0.add("device", "x") }
        writer.write(Metric.labelled, labels, 1)
        writer.write(Metric.other, 2)
        let page = text(writer, .openMetrics)
        #expect(page.contains("# TYPE labelled counter\nlabelled_total{device=\"x\"} 1\n"))
        #expect(page.contains("# TYPE other unknown\n"))
        #expect(page.hasSuffix("# EOF\n"))
        let family = writer.family(.gauge("labelled", [], "Takes the name."))
        writer.write(family, .none, 3)
        #expect(text(writer, .openMetrics).contains("# TYPE labelled_total unknown\n"))
    }

    @Test("a reset writer is empty and keeps working")
    func reset() {
        var writer = MetricWriter<Metric>()
        for round in 0..<3 {
            writer.reset()
            #expect(writer.sampleCount == 0)
            writer.write(Metric.plain, round)
            writer.loseItem("one")
            #expect(text(writer).contains("plain \(round)\n"))
            #expect(writer.itemsLost == 1)
        }
    }

    @Test("families that are no longer used are forgotten, so that changing names do not fill the memory")
    func forgotten() {
        var writer = MetricWriter<Metric>(openFamilies: [.gauge("g_<round>_<number>", [], "")])
        for round in 0..<20 {
            writer.reset()
            for number in 0..<100 {
                let family = writer.family(.gauge("g_\(round)_\(number)", [], "Comes and goes."))
                writer.write(family, .none, number)
            }
        }
        #expect(writer.store.blockCount < 1_000)
        #expect(text(writer).contains("g_19_99 99\n"))
    }
}

extension String {
    fileprivate func components(of separator: String) -> [Substring] {
        var rest = self[...]
        var parts: [Substring] = []
        while let range = rest.firstRange(of: separator) {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return parts
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Testing

@Suite("Families that are kept by number")
struct NamedFamiliesTests {
    private func page(_ writer: borrowing MetricWriter<NoMetrics>) -> String {
        var composer = PageComposer()
        composer.add(writer)
        var sink = ByteSink()
        composer.write(.text, to: &sink)
        return String(decoding: sink.array, as: UTF8.self)
    }

    @Test("one family has one number, from collection to collection")
    func numbers() {
        var kept = NamedFamilies()
        let first = kept.number(of: .gauge("node_a", [], "A."))
        let second = kept.number(of: .gauge("node_b", [], "B."))
        #expect(first != second)
        #expect(kept.number(of: .gauge("node_a", [], "A.")) == first)
        var writer = MetricWriter<NoMetrics>(openFamilies: [.gauge("node_<any>", [], "A.")])
        for value in [1, 2] as [UInt64] {
            writer.reset()
            kept.write(second, .unsigned(value), into: &writer)
            kept.write(99, .unsigned(3), into: &writer)
            kept.write(-1, .unsigned(3), into: &writer)
            #expect(page(writer) == "# HELP node_b B.\n# TYPE node_b gauge\nnode_b \(value)\n")
        }
    }

    @Test("names without end are more than are kept")
    func full() {
        var kept = NamedFamilies()
        var count = 0
        while !kept.isFull, count < 10_000 {
            _ = kept.number(of: .untyped("node_\(count)", [], ""))
            count += 1
        }
        #expect(kept.isFull)
        #expect(count > 1_000)
    }
}

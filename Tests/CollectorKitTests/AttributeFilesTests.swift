// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Glibc
import KernelFiles
import Testing
import TreeSupport

@Suite struct AttributeFilesTests {
    private struct Metric: FamilyTable {
        let rawValue: Int
        static let rows = [
            FamilyRow("temp", .decimal(3), .gauge("temp_celsius", ["device"], "A temperature.")),
            FamilyRow("count", .counter("count_total", ["device"], "A count.")),
            FamilyRow(.gauge("info", ["device", "model?", "zone?"], "Always 1.")),
        ]
        static let info = named("info")
    }

    private let tree = HostTree()

    /// Reads a device's numbers and its info series: the samples, and the losses behind them.
    private func read(
        having names: Set<String>? = nil, missing: AttributeLabels.Missing = .empty, failing: String? = nil
    ) -> [String] {
        let conditions = ReadConditions { path in failing.map { path.hasSuffix($0) } == true ? EIO : 0 }
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 4, keeping: .anywhere), conditions: conditions)
        reader.beginCollection(scrape: 1)
        var writer = MetricWriter<Metric>()
        let folder = tree.path("d")
        AttributeFiles(Metric.fields, in: folder, having: names)
            .read(from: &reader, writer.labels("device", "d"), into: &writer)
        let labels = AttributeLabels(
            ["zone", "model"], device: ("device", "d"), in: folder, having: names, missing: missing)
        writer.write(.info, labels.read(from: &reader, into: &writer), 1)
        #expect(writer.fault == nil)
        var composer = PageComposer()
        composer.add(writer)
        let lines = String(decoding: composer.page(.text), as: UTF8.self).split(separator: "\n")
        let lost = writer.itemsLost
        return lines.filter { !$0.hasPrefix("#") }.map(String.init) + (lost > 0 ? ["lost \(lost)"] : [])
    }

    @Test("numbers are written in their family's unit, texts are labels in order")
    func values() {
        tree.write("d/temp", "-1500\n")
        tree.write("d/count", "7\n")
        tree.write("d/model", "M 1\n")
        tree.write("d/zone", "z\n")
        let info = #"info{device="d",model="M 1",zone="z"} 1"#
        #expect(read() == [#"temp_celsius{device="d"} -1.5"#, #"count_total{device="d"} 7"#, info])
        #expect(read(having: ["count", "zone"]) == [#"count_total{device="d"} 7"#, #"info{device="d",zone="z"} 1"#])
    }

    @Test("what is not there gives no sample, and an empty label or none")
    func missing() {
        tree.write("d/count", "7\n")
        tree.write("d/zone", "\n")
        let count = #"count_total{device="d"} 7"#
        #expect(read() == [count, #"info{device="d",model="",zone=""} 1"#])
        #expect(read(missing: .leftOut) == [count, #"info{device="d"} 1"#])
    }

    @Test("what cannot be read, or is no number, is lost alone")
    func lost() {
        tree.write("d/temp", "warm\n")
        tree.write("d/count", "7\n")
        tree.write("d/model", "M\n")
        let count = #"count_total{device="d"} 7"#
        #expect(read(missing: .leftOut) == [count, #"info{device="d",model="M"} 1"#, "lost 1"])
        #expect(read(missing: .leftOut, failing: "/model") == [count, #"info{device="d"} 1"#, "lost 2"])
        #expect(read(missing: .leftOut, failing: "/count") == [#"info{device="d",model="M"} 1"#, "lost 2"])
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Exposition

@Suite struct FamilyTableTests {
    private struct Metric: FamilyTable {
        let rawValue: Int
        static let rows = [
            FamilyRow("plain", .gauge("plain", [], "As it is.")),
            FamilyRow(.gauge("info", ["name"], "No field's.")),
            FamilyRow("temp", .decimal(3), .gauge("temp_celsius", [], "Thousandths.")),
            FamilyRow(column: 7, .sectors, .counter("bytes_total", [], "Sectors.")),
        ]
        static let info = named("info")
    }

    private func page(_ write: (inout MetricWriter<Metric>) -> Void) -> [String] {
        var writer = MetricWriter<Metric>()
        write(&writer)
        #expect(writer.fault == nil)
        var composer = PageComposer()
        composer.add(writer)
        let text = String(decoding: composer.page(.text), as: UTF8.self)
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    }

    @Test("the fields are the rows that are read, in their order, with their keys")
    func fields() {
        #expect(Metric.fields.map(\.key.rawValue) == [0, 2, 3])
        #expect(Metric.fields.map { "\($0.name)" } == ["plain", "temp", ""])
        #expect(Metric.fields.map(\.column) == [0, 0, 7])
        #expect(Metric.allCases.map(\.family.name) == ["plain", "info", "temp_celsius", "bytes_total"])
        #expect(Metric.info.rawValue == 1)
    }

    @Test("a number is written in its family's unit")
    func units() {
        let fields = Metric.fields
        let lines = page { writer in
            writer.write(fields[0], .none, 42 as UInt64)
            writer.write(fields[1], .none, -1_500 as Int64)
            writer.write(fields[2], .none, 3 as UInt64)
            writer.write(.info, writer.labels { $0.add("name", "x") }, 1)
        }
        #expect(lines == ["plain 42", #"info{name="x"} 1"#, "temp_celsius -1.5", "bytes_total 1536"])
    }

    @Test(
        "each unit is exact where it says so, and as node_exporter converts it where not",
        arguments: [
            (KernelUnit.one, 18_446_744_073_709_551_615, SampleValue.unsigned(.max)), (.kibibytes, 3, .real(3_072)),
            (.milliseconds, 3, .real(3 * 0.001)), (.micro, 3, .real(3 / 1_000_000)), (.tenths, 365, .real(36.5)),
            (.ticks, 123, .decimal(123, scale: 2)), (.kilohertz, 7, .real(7_000)), (.flag, 9, .unsigned(1)),
            (.flag, 0, .unsigned(0)),
        ] as [(KernelUnit, UInt64, SampleValue)])
    func unsigned(unit: KernelUnit, number: UInt64, value: SampleValue) {
        #expect(unit.value(number) == value)
    }

    @Test("a negative number keeps its sign in each unit")
    func signed() {
        #expect(KernelUnit.one.value(-2 as Int64) == .signed(-2))
        #expect(KernelUnit.sectors.value(-2 as Int64) == .real(-1_024))
        #expect(KernelUnit.tenths.value(-2 as Int64) == .real(-0.2))
        #expect(KernelUnit.decimal(3).value(-1 as Int64) == .real(-0.001))
        #expect(KernelUnit.flag.value(-2 as Int64) == .unsigned(1))
        #expect(KernelUnit.one.value(2 as Int64) == .unsigned(2))
    }
}

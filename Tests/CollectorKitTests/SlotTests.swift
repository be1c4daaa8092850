// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles
import Testing

@Suite struct SlotTests {
    private final class StubSource: ItemSource, @unchecked Sendable {
        let laneName = "stub"
        let discovery = ItemState()
        let isNeeded = true
        let items: [any SourceItem] = []
        func discover(from reader: inout KernelFileReader) throws(CollectorError) {}
    }

    /// Fails in its second collection and finds nothing in its third.
    private struct ChangingCollector: Collector {
        enum Metric: Int, FamilyKey {
            case value
            var family: MetricFamily { .gauge("stub_value", [], "A value.") }
        }

        static let descriptor = CollectorDescriptor(
            name: "changing", group: .system, help: "A stub.", reads: [])

        private var round = 0

        init(context: CollectorContext) throws(ConfigurationError) {
            _ = try context.sources.shared(StubSource.self) { StubSource() }
        }

        mutating func collect(
            from reader: inout KernelFileReader, into writer: inout Writer
        ) throws(CollectorError) -> Availability {
            round += 1
            writer.write(Metric.value, round)
            writer.loseItem("line \(round)")
            if round == 2 { throw .other("broken") }
            return round == 3 ? .noDevice("gone") : .available
        }
    }

    private static func page(_ slot: any CollectorSlot) -> String {
        var composer = PageComposer()
        slot.addSamples(to: &composer)
        var sink = ByteSink()
        composer.write(.text, to: &sink)
        return String(decoding: sink.array, as: UTF8.self)
    }

    @Test("what was written before a failure or an absence is gone, and the next good round starts afresh")
    func rounds() throws {
        let sources = Sources()
        let context = CollectorContext(roots: Roots(), options: Options(), sources: sources)
        let slot = try CollectorEntry(ChangingCollector.self).make(context)
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 1))
        slot.collect(from: &reader)
        #expect(slot.result.outcome == .available && slot.result.itemsLost == 1 && slot.firstLoss == "line 1")
        #expect(Self.page(slot).contains("stub_value 1\n"))
        slot.collect(from: &reader)
        #expect(slot.result.outcome == .failed(.other("broken")) && slot.result.itemsLost == 0)
        #expect(Self.page(slot).isEmpty)
        slot.collect(from: &reader)
        #expect(slot.result.outcome == .absent(Absence(.noDevice, "gone")) && slot.result.itemsLost == 0)
        #expect(Self.page(slot).isEmpty)
        slot.collect(from: &reader)
        #expect(Self.page(slot).hasSuffix("stub_value 4\n"))
        #expect(slot.descriptor.name == "changing")
    }

    @Test("a slot knows the sources that its own collector asked for, and all collectors get the same one")
    func sources() throws {
        let sources = Sources()
        let context = CollectorContext(roots: Roots(), options: Options(), sources: sources)
        let slots = try (0..<3).map { _ in try Slot(ChangingCollector.self, context: context) }
        #expect(sources.all.count == 1)
        for slot in slots {
            #expect(slot.itemSources.count == 1 && slot.itemSources.first === sources.all.first)
        }
    }
}

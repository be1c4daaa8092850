// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles
import ScrapeSupport
import Testing

@Suite struct CollectorRunnerTests {
    private final class StubSource: LaneSource {
        static let needs: [any Source.Type] = [NeededSource.self]
        let lane = "stub"
        let isNeeded = true
        let needed: NeededSource
        init(context: CollectorContext) throws(ConfigurationError) { needed = try context.source(NeededSource.self) }
        func list(from reader: inout KernelFileReader) -> [any LaneItem] { [] }
    }

    private final class NeededSource: LaneSource {
        let lane = "needed"
        let isNeeded = true
        init(context: CollectorContext) {}
        func list(from reader: inout KernelFileReader) -> [any LaneItem] { [] }
    }

    /// Fails in its second collection and finds nothing in its third.
    private struct ChangingCollector: Collector {
        enum Metric: Int, FamilyKey {
            case value
            var family: MetricFamily { .gauge("stub_value", [], "A value.") }
        }

        static let descriptor = CollectorDescriptor(
            name: "changing", group: .system, help: "A stub.", reads: [], sources: [StubSource.self])

        private var round = 0

        init(context: CollectorContext) throws(ConfigurationError) {
            _ = try context.source(StubSource.self)
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

    /// A collector that uses a source which it does not declare.
    private struct UndeclaredCollector: Collector {
        typealias Metric = NoMetrics

        static let descriptor = CollectorDescriptor(name: "undeclared", group: .system, help: "A stub.", reads: [])

        init(context: CollectorContext) throws(ConfigurationError) {
            _ = try context.source(StubSource.self)
        }

        mutating func collect(
            from reader: inout KernelFileReader, into writer: inout Writer
        ) throws(CollectorError) -> Availability { .available }
    }

    @Test("what was written before a failure or an absence is gone, and the next good round starts afresh")
    func rounds() throws {
        let driver = try ScrapeDriver([CollectorEntry(ChangingCollector.self)], roots: Roots())
        driver.scrape()
        #expect(driver.result.outcome == .available && driver.result.itemsLost == 1)
        #expect(driver.result.firstLoss == "line 1")
        #expect(driver.samples == ["stub_value 1"])
        driver.scrape()
        #expect(driver.result.outcome == .failed(.other("broken")) && driver.result.itemsLost == 0)
        #expect(driver.text.isEmpty)
        driver.scrape()
        #expect(driver.result.outcome == .absent(Absence(.noDevice, "gone")) && driver.result.itemsLost == 0)
        #expect(driver.text.isEmpty)
        driver.scrape()
        #expect(driver.samples == ["stub_value 4"])
        #expect(driver.collectors.map(\.descriptor.name) == ["changing"])
        #expect(driver.collectors.flatMap(\.descriptor.families).map(\.name) == ["stub_value"])
    }

    @Test("a collector waits for the sources that it declares and for those that they need, which all share")
    func sources() throws {
        let sources = Sources()
        let context = CollectorContext(roots: Roots(), options: Options(), sources: sources)
        let runners = try (0..<3).map { _ in try CollectorRunner(ChangingCollector.self, context: context) }
        #expect(sources.all.count == 2)
        for runner in runners {
            #expect(Set(runner.laneSources.map(\.lane)) == ["stub", "needed"])
            for source in runner.laneSources { #expect(sources.all.contains { $0 === source }) }
        }
    }

    @Test("a source that is used and not declared stops the program with its name")
    func undeclared() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let context = CollectorContext(roots: Roots(), options: Options(), sources: Sources())
            _ = try CollectorRunner(UndeclaredCollector.self, context: context)
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("the collector undeclared uses StubSource and does not declare it"))
    }
}

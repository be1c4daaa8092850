// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles
import ScrapeSupport
import Testing
import TreeSupport

@Suite struct ClassCollectorTests {
    /// A device that is there or not.
    private struct Part: ClassDevice {
        enum Metric: Int, FamilyKey {
            case info
            var family: MetricFamily { .gauge("part_info", ["part"], "1 for each part.") }
        }

        static let className = "part"
        static let noun = "part"
        let name: String

        init?(name: String, folder: String, context: CollectorContext) { self.name = name }

        mutating func read(from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>) {
            writer.write(.info, writer.labels("part", name), 1)
        }
    }

    private struct PartCollector: ClassCollector {
        static let descriptor = CollectorDescriptor(
            name: "part", group: .system, help: "A stub.", reads: ["/sys/class/part"],
            sources: [ClassDirectory<Part>.self])

        let devices: ClassDirectory<Part>
    }

    @Test("a collector of one class is its descriptor and its devices")
    func classCollector() throws {
        let tree = HostTree()
        let driver = try ScrapeDriver([CollectorEntry(PartCollector.self)], roots: Roots(sysfs: tree.sysfs))
        driver.scrape()
        #expect(driver.state == "no_device" && driver.samples == [])
        tree.make("sys/class/part/a")
        driver.scrape()
        #expect(driver.state == "ok" && driver.samples == [#"part_info{part="a"} 1"#])
    }
}

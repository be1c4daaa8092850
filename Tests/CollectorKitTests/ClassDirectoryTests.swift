// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles
import ScrapeSupport
import Testing
import TreeSupport

@Suite struct ClassDirectoryTests {
    /// A device of a made-up class, with one attribute.
    private struct Thing: ClassDevice, ~Copyable {
        enum Metric: Int, FamilyKey {
            case value, reads
            var family: MetricFamily {
                switch self {
                case .value: .gauge("thing_value", ["thing"], "A value.")
                case .reads: .counter("thing_reads_total", ["thing"], "How often it was read.")
                }
            }
        }

        static let className = "thing"
        static let noun = "thing"

        private let name: String
        private let file: KernelFile
        private var count = 0

        init?(name: String, folder: String, context: CollectorContext) throws(ConfigurationError) {
            if name == "hidden" { return nil }
            self.name = name
            file = KernelFile(oneRead: folder + "/value")
        }

        mutating func read(from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>) {
            count += 1
            let labels = writer.labels("thing", name)
            writer.write(.reads, labels, count)
            if let number = reader.number(of: file, or: &writer) { writer.write(.value, labels, number) }
        }
    }

    private struct ThingCollector: Collector {
        typealias Metric = Thing.Metric
        static let descriptor = CollectorDescriptor(
            name: "thing", group: .system, help: "A stub.", reads: ["/sys/class/thing"],
            sources: [ClassDirectory<Thing>.self])

        private let things: ClassDirectory<Thing>

        init(context: CollectorContext) throws(ConfigurationError) {
            things = try context.source(ClassDirectory<Thing>.self)
        }

        mutating func collect(
            from reader: inout KernelFileReader, into writer: inout Writer
        ) throws(CollectorError) -> Availability {
            try things.collect(in: reader.scrape, into: &writer)
        }
    }

    private static func driver(
        _ tree: HostTree, conditions: ReadConditions = .kernel, hangs: HangingReads? = nil
    ) throws -> ScrapeDriver {
        try ScrapeDriver(
            [CollectorEntry(ThingCollector.self)], roots: Roots(sysfs: tree.sysfs), conditions: conditions, hangs: hangs
        )
    }

    @Test("devices that come, stay and go are noticed, and those that stay keep what they remember")
    func comeAndGo() throws {
        let tree = HostTree()
        let driver = try Self.driver(tree)
        driver.scrape()
        #expect(driver.state == "no_device")
        tree.make("sys/class/thing")
        driver.scrape()
        #expect(driver.result.outcome == .absent(Absence(.noDevice, "no thing in \(tree.path("sys/class/thing"))")))
        tree.write("sys/class/thing/a/value", "1\n")
        tree.write("sys/class/thing/hidden/value", "2\n")
        driver.scrape()
        #expect(driver.samples == [#"thing_reads_total{thing="a"} 1"#, #"thing_value{thing="a"} 1"#])
        tree.write("sys/class/thing/b/value", "x\n")
        driver.scrape()
        #expect(
            driver.samples == [
                #"thing_reads_total{thing="a"} 2"#, #"thing_reads_total{thing="b"} 1"#, #"thing_value{thing="a"} 1"#,
            ])
        #expect(driver.state == "degraded 1")
        tree.remove("sys/class/thing/a")
        driver.scrape()
        #expect(driver.samples == [#"thing_reads_total{thing="b"} 2"#])
        tree.remove("sys/class/thing")
        driver.scrape()
        #expect(driver.state == "no_device")
    }

    @Test("a name that goes to another device is made anew")
    func otherDevice() throws {
        let tree = HostTree()
        tree.write("sys/devices/x/value", "1\n")
        tree.write("sys/devices/y/value", "2\n")
        tree.link("sys/class/thing/a", to: "../../devices/x")
        let driver = try Self.driver(tree)
        for _ in 1...2 { driver.scrape() }
        #expect(driver.samples == [#"thing_reads_total{thing="a"} 2"#, #"thing_value{thing="a"} 1"#])
        tree.link("sys/class/thing/a", to: "../../devices/y")
        driver.scrape()
        #expect(driver.samples == [#"thing_reads_total{thing="a"} 1"#, #"thing_value{thing="a"} 2"#])
    }

    @Test("a device whose attribute hangs costs that device, and is there again when it answers")
    func hanging() throws {
        let tree = HostTree()
        for name in ["a", "b", "c"] { tree.write("sys/class/thing/\(name)/value", "1\n") }
        let hangs = HangingReads([tree.path("sys/class/thing/b/value")])
        let driver = try Self.driver(tree, hangs: hangs)
        for round in 1...3 {
            driver.scrape()
            #expect(driver.state == "degraded 1")
            #expect(driver.result.firstLoss == "\(tree.path("sys/class/thing/b")) did not answer in time")
            #expect(
                driver.samples == [
                    #"thing_reads_total{thing="a"} \#(round)"#, #"thing_reads_total{thing="c"} \#(round)"#,
                    #"thing_value{thing="a"} 1"#, #"thing_value{thing="c"} 1"#,
                ])
            // One thread, however often it is scraped.
            #expect(hangs.hangingCount == 1)
        }
        // It goes while its thread hangs: the others lose nothing.
        tree.remove("sys/class/thing/b")
        driver.scrape()
        #expect(driver.state == "ok" && driver.items.count == 3)
        tree.write("sys/class/thing/b/value", "2\n")
        driver.scrape()
        #expect(driver.state == "degraded 1" && hangs.hangingCount == 1)
        hangs.letGo()
        driver.scrape()
        #expect(driver.state == "ok" && driver.samples.contains(#"thing_value{thing="b"} 2"#))
        #expect(driver.items.count == 3)
    }

    @Test("a listing that hangs is said, and nobody waits for it")
    func listingHangs() throws {
        let tree = HostTree()
        tree.write("sys/class/thing/a/value", "1\n")
        let hangs = HangingReads([tree.path("sys/class/thing")])
        let driver = try Self.driver(tree, hangs: hangs)
        for _ in 1...2 {
            driver.scrape()
            #expect(driver.state == "timed_out" && hangs.hangingCount == 1)
            #expect(driver.result.outcome == .failed(.busy("the listing of \(tree.path("sys/class/thing"))")))
        }
        hangs.letGo()
        driver.scrape()
        #expect(driver.state == "ok")
    }

    @Test("a class that cannot be listed is no class without devices")
    func listingFails() throws {
        let tree = HostTree()
        tree.write("sys/class/thing/a/value", "1\n")
        let path = tree.path("sys/class/thing")
        let driver = try Self.driver(tree, conditions: ReadConditions { $0 == path ? 5 : 0 })
        driver.scrape()
        #expect(driver.state == "failed")
        #expect(driver.result.outcome == .failed(.file(KernelFileError(.list, path: path, errno: 5))))
    }

    @Test("a class goes with the sources that it was made in, as at a reload")
    func goes() throws {
        weak var directory: ClassDirectory<Thing>?
        do {
            let context = CollectorContext(
                roots: Roots(sysfs: "/nonexistent/sys"), options: Options(), sources: Sources())
            directory = try context.source(ClassDirectory<Thing>.self)
            #expect(directory != nil)
        }
        #expect(directory == nil)
    }
}

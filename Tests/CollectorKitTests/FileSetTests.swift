// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Glibc
import KernelFiles
import ScrapeSupport
import Testing
import TreeSupport

@Suite struct FileSetTests {
    /// Two files that are there together, one that some kernels have, and one that is settled at boot.
    private struct SetCollector: Collector {
        enum Metric: Int, FamilyKey {
            case value
            var family: MetricFamily { .gauge("stub_value", ["place"], "A value.") }
        }

        static let descriptor = CollectorDescriptor(name: "set", group: .system, help: "A stub.", reads: [])

        private var files: FileSet

        init(context: CollectorContext) {
            func file(_ name: String) -> KernelFile { KernelFile(context.roots.proc(name)) }
            files = FileSet(
                [file("one"), file("two")], sometimes: [file("three")], atBoot: [file("four")],
                unsupportedIsAbsent: true)
        }

        mutating func collect(
            from reader: inout KernelFileReader, into writer: inout Writer
        ) throws(CollectorError) -> Availability {
            while let (place, bytes) = files.next(from: &reader, or: &writer) {
                guard let number = bytes.trimmed.unsigned else {
                    writer.lose(.malformed(files.files[place].path, bytes))
                    continue
                }
                writer.write(Metric.value, writer.labels { $0.add("place", place) }, number)
            }
            guard let absence = files.absence else { return .available }
            return .noKernelFeature("\(absence.errno)")
        }
    }

    private let tree = HostTree()

    private func driver(_ failing: [String: Int32] = [:]) throws -> ScrapeDriver {
        let procfs = tree.procfs
        let conditions = ReadConditions { path in
            failing.first { path == procfs + "/" + $0.key }?.value ?? 0
        }
        return try ScrapeDriver(
            [CollectorEntry(SetCollector.self)], roots: Roots(procfs: procfs), conditions: conditions)
    }

    private func state(_ failing: [String: Int32] = [:]) throws -> String {
        let driver = try driver(failing)
        driver.scrape()
        return "\(driver.state): " + driver.samples.map { $0.suffix(1) }.joined(separator: " ")
    }

    private func fill() {
        for (place, name) in ["one", "two", "three", "four"].enumerated() { tree.write("proc/\(name)", "\(place)\n") }
    }

    @Test(
        "a file that cannot be read costs that file and no other",
        arguments: ["one", "two", "three", "four"], [EIO, EACCES, EBUSY])
    func refused(file: String, error: Int32) throws {
        fill()
        #expect(try state() == "ok: 0 1 2 3")
        let shown = try state([file: error])
        #expect(shown.hasPrefix("degraded 1: ") && shown.count == "degraded 1: 0 1 2".count)
    }

    @Test("where all that is there cannot be read the collector has failed, and says whether it was refused")
    func allRefused() throws {
        let names = ["one", "two", "three", "four"]
        fill()
        #expect(try state(Dictionary(uniqueKeysWithValues: names.map { ($0, EACCES) })) == "no_permission: ")
        #expect(try state(Dictionary(uniqueKeysWithValues: names.map { ($0, EIO) })) == "failed: ")
        var mixed = Dictionary(uniqueKeysWithValues: names.map { ($0, EACCES) })
        mixed["two"] = EIO
        #expect(try state(mixed) == "failed: ")
    }

    @Test("a file that is there with its siblings and is gone is lost; one that only some kernels have is not")
    func missing() throws {
        fill()
        tree.remove("proc/three")
        tree.remove("proc/four")
        #expect(try state() == "ok: 0 1")
        tree.remove("proc/one")
        #expect(try state() == "degraded 1: 1")
        tree.remove("proc/two")
        #expect(try state() == "kernel_feature_missing: ")
    }

    @Test("a file without content is lost, and one with garbage costs itself")
    func content() throws {
        fill()
        tree.write("proc/two", "")
        #expect(try state() == "degraded 1: 0 2 3")
        tree.write("proc/one", "garbage\n")
        #expect(try state() == "degraded 2: 2 3")
    }

    @Test("what the kernel says that it does not account is absent, and lost where its siblings are accounted")
    func unsupported() throws {
        fill()
        #expect(try state(["four": EOPNOTSUPP]) == "ok: 0 1 2")
        #expect(try state(["two": EOPNOTSUPP]) == "degraded 1: 0 2 3")
        let all = ["one": EOPNOTSUPP, "two": EOPNOTSUPP, "three": EOPNOTSUPP, "four": EOPNOTSUPP]
        let driver = try driver(all)
        driver.scrape()
        #expect(driver.result.outcome == .absent(Absence(.kernelFeatureMissing, "\(EOPNOTSUPP)")))
    }

    @Test("a file that comes later is read, but for one that is settled at boot")
    func later() throws {
        tree.write("proc/one", "1\n")
        tree.write("proc/two", "2\n")
        let driver = try driver()
        driver.scrape()
        tree.write("proc/three", "3\n")
        tree.write("proc/four", "4\n")
        driver.scrape()
        #expect(driver.samples.map { $0.suffix(1) } == ["1", "2", "3"])
        #expect(driver.state == "ok")
    }
}

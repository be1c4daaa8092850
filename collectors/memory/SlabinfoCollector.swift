// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Caches of the kernel's slab allocator.
///
/// Source: /proc/slabinfo, slabinfo(5); only root may read it.
struct SlabinfoCollector: Collector {
    enum Metric: Int, FieldKey {
        case activeObjects, objects, objectSize, objectsPerSlab, pagesPerSlab

        var row: FamilyRow {
            switch self {
            case .activeObjects: gauge(1, "active_objects", "Objects of the cache that are in use.")
            case .objects: gauge(2, "objects", "Objects of the cache, used or not.")
            case .objectSize: gauge(3, "object_size_bytes", "Size of an object, in bytes.")
            case .objectsPerSlab: gauge(4, "objects_per_slab", "Objects in each slab.")
            case .pagesPerSlab: gauge(5, "pages_per_slab", "Pages of each slab.")
            }
        }

        private func gauge(_ column: Int, _ name: String, _ help: String) -> FamilyRow {
            FamilyRow(column: column, .gauge("node_slabinfo_" + name, ["slab"], help))
        }
    }

    static let include = Flag.pattern(
        "collector.slabinfo.slabs-include", default: ".*", help: "Show the caches that match.")
    static let exclude = Flag.pattern("collector.slabinfo.slabs-exclude", help: "Leave out the caches that match.")

    static let descriptor = CollectorDescriptor(
        name: "slabinfo", group: .memory, isDefault: false, help: "Objects in each cache of the slab allocator.",
        reads: ["/proc/slabinfo"],
        flags: [
            include, exclude,
        ])

    /// What is decided about a line.
    private enum Decision {
        static let shown = 0
        static let hidden = 1
    }

    private let fields = Metric.fields
    private let file: KernelFile
    /// Both are asked, unlike those of devices: node_exporter takes them together.
    private let include: Pattern?
    private let exclude: Pattern?
    private var memory = LineMemory()
    private var numbers: [UInt64] = []

    init(context: CollectorContext) throws(ConfigurationError) {
        file = KernelFile(context.roots.proc("slabinfo"))
        let options = context.options
        include = options.source(Self.include) == ".*" ? nil : try options.pattern(Self.include)
        exclude = try options.pattern(Self.exclude)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else { return .noKernelFeature("\(file.path) is not there") }
        var lines = ByteScanner(bytes)
        // `slabinfo - version: 2.1`; its columns have been these since Linux 2.6.10.
        guard let version = lines.nextLine(), version.hasPrefix("slabinfo - version: 2.") else {
            throw .malformed(file.path, bytes)
        }
        var number = 0
        while true {
            number += memory.skip(&lines, from: number, decided: Decision.hidden)
            guard !lines.isAtEnd else { break }
            let (decision, rest, line) = memory.next(&lines, at: number) ?? decide(aboutNextOf: &lines, number)
            number += 1
            guard decision == Decision.shown, !line.hasPrefix("#") else { continue }
            guard readNumbers(rest) else {
                writer.loseItem("\(file.path): \"\(line.upTo(64).text)\" has too few numbers")
                continue
            }
            let labels = writer.labels("slab", line.upTo(line.count - rest.count).trimmed)
            for (field, value) in zip(fields, numbers) { writer.write(field, labels, value) }
        }
        return .available
    }

    private mutating func readNumbers(_ rest: Bytes) -> Bool {
        numbers.removeAll(keepingCapacity: true)
        var words = ByteScanner(rest)
        while numbers.count < fields.count, let number = words.nextUnsigned() { numbers.append(number) }
        return numbers.count == fields.count
    }

    /// Decides about a line that was not at its place before.
    private mutating func decide(
        aboutNextOf lines: inout ByteScanner, _ number: Int
    ) -> (decision: Int, rest: Bytes, line: Bytes) {
        let line = lines.nextLine() ?? Bytes("")
        var words = ByteScanner(line)
        guard let name = words.nextField() else { return (Decision.shown, line, line) }
        let isHidden = exclude?.matches(name) == true || include?.matches(name) == false
        let decision = isHidden && !line.hasPrefix("#") ? Decision.hidden : Decision.shown
        // With the blank behind it, so that `kmalloc-8` is not taken for the beginning of `kmalloc-8k`.
        if name.count < line.count { memory.remember(line.upTo(name.count + 1), decision, at: number) }
        return (decision, words.rest, line)
    }
}

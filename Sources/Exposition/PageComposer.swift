// SPDX-License-Identifier: Apache-2.0

/// The format of a page.
public enum PageFormat: Sendable, Hashable, CaseIterable {
    /// Prometheus' text format 0.0.4.
    case text
    /// OpenMetrics 1.0.
    case openMetrics
}

/// Joins the samples of several writers into one page: each family in one piece with one TYPE and one HELP, each series
/// once.
///
/// Where two writers have a family of the same name, the first one's type, help and series stay.
@safe
public struct PageComposer: ~Copyable {
    @safe
    private struct Entry {
        let block: UnsafePointer<FamilyBlock>
        /// The next block of the same family, an index into `entries`.
        var next: Int?
        var last: Int
        let isFirst: Bool
    }

    /// The blocks of this page.
    private var entries: [Entry] = []
    private var byName = NameIndex()
    private var merged = SampleStore(
        families: [], openFamilies: [MetricFamily(.untyped, anyLabels: "<name>", help: "")])

    /// A composer with nothing in it.
    public init() {}

    /// Begins a new page.
    public mutating func reset() {
        entries.removeAll(keepingCapacity: true)
        byName.removeAll()
    }

    /// Adds what a writer holds.
    ///
    /// The writer must stay as it is until the page is written.
    public mutating func add<Key>(_ writer: borrowing MetricWriter<Key>) {
        add(writer.store)
    }

    private mutating func add(_ writer: borrowing SampleStore) {
        for index in 0..<writer.blockCount where unsafe writer.blocks[index].sampleCount > 0 {
            unsafe append(UnsafePointer(writer.blocks + index))
        }
    }

    private mutating func append(_ block: UnsafePointer<FamilyBlock>) {
        let at = entries.count
        let hash = unsafe block.pointee.nameHash
        let first = byName.find(hash) { other in
            unsafe entries[other].block.pointee.family.name == block.pointee.family.name
        }
        if let first {
            entries[entries[first].last].next = at
            entries[first].last = at
        } else {
            byName.insert(hash, at)
        }
        unsafe entries.append(Entry(block: block, next: nil, last: at, isFirst: first == nil))
    }

    /// Number of samples on the page, repeated series counted once per writer.
    public var sampleCount: Int {
        entries.reduce(0) { unsafe $0 + $1.block.pointee.sampleCount }
    }

    /// The page.
    public mutating func page(_ format: PageFormat) -> [UInt8] {
        let end: StaticString = format == .openMetrics ? "# EOF\n" : ""
        var most = end.utf8CodeUnitCount
        for entry in entries {
            unsafe most += entry.block.pointee.bytesWithHeader.count
            if format == .openMetrics { most += unsafe Self.mostOfHeader(entry.block.pointee) }
        }
        return unsafe [UInt8](unsafeUninitializedCapacity: most) { page, length in
            guard var target = UnsafeMutableRawPointer(page.baseAddress) else { return }
            let start = unsafe target
            for entry in entries where entry.isFirst {
                if entry.next == nil, format == .text {
                    unsafe Self.put(entry.block.pointee.bytesWithHeader, &target)
                } else {
                    unsafe write(entry, format, to: &target)
                }
            }
            let last = unsafe UnsafeRawBufferPointer(start: end.utf8Start, count: end.utf8CodeUnitCount)
            unsafe Self.put(last, &target)
            length = unsafe target - start
        }
    }

    /// Writes the page behind what the sink holds already.
    public mutating func write(_ format: PageFormat, to sink: inout ByteSink) {
        sink.append(page(format))
    }

    private mutating func write(_ entry: Entry, _ format: PageFormat, to target: inout UnsafeMutableRawPointer) {
        if format == .openMetrics {
            unsafe writeOpenMetricsHeader(entry.block.pointee, to: &target)
        } else {
            unsafe entry.block.pointee.header.text.withUnsafeBytes { unsafe Self.put($0, &target) }
        }
        if let family = sharedFamily(entry) {
            unsafe Self.put(merged.blocks[family.index].bytes, &target)
        } else {
            unsafe Self.put(entry.block.pointee.bytes, &target)
        }
    }

    /// The samples of several collectors that share a family, passed through one block, which knows every series; nil
    /// where it is one collector's alone.
    private mutating func sharedFamily(_ entry: Entry) -> NamedFamily? {
        guard var next = entry.next else { return nil }
        merged.reset()
        let family = unsafe merged.family(entry.block.pointee.family)
        unsafe merged.append(entry.block.pointee, to: family)
        while true {
            unsafe merged.append(entries[next].block.pointee, to: family)
            guard let further = entries[next].next else { return family }
            next = further
        }
    }

    private func writeOpenMetricsHeader(_ block: borrowing FamilyBlock, to target: inout UnsafeMutableRawPointer) {
        let header: [UInt8]
        if let base = block.header.counterBase, hasFamily(base) {
            header = FamilyHeader.unknownOpenMetrics(block.family)
        } else {
            header = block.header.openMetrics
        }
        unsafe header.withUnsafeBytes { unsafe Self.put($0, &target) }
    }

    /// A length that no OpenMetrics header of a block exceeds: quotes may be escaped, and types have longer names.
    private static func mostOfHeader(_ block: borrowing FamilyBlock) -> Int {
        block.header.openMetrics.count + block.family.name.utf8.count + 32
    }

    private func hasFamily(_ name: String) -> Bool {
        var name = name
        let hash = name.withUTF8 { unsafe ByteHash.of(UnsafeRawBufferPointer($0)) }
        return byName.find(hash) { unsafe entries[$0].block.pointee.family.name == name } != nil
    }

    @inline(__always)
    private static func put(_ bytes: UnsafeRawBufferPointer, _ target: inout UnsafeMutableRawPointer) {
        guard let source = bytes.baseAddress else { return }
        unsafe target.copyMemory(from: source, byteCount: bytes.count)
        unsafe target += bytes.count
    }
}

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

    private var entries: [Entry] = []
    private var byName = NameIndex()
    private var merged = MetricWriter(families: [])

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
    public mutating func add(_ writer: borrowing MetricWriter) {
        for index in 0..<writer.blockCount where unsafe writer.blocks[index].sampleCount > 0 {
            let block = unsafe UnsafePointer(writer.blocks + index)
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
    }

    /// Number of samples on the page, repeated series counted once per writer.
    public var sampleCount: Int {
        entries.reduce(0) { unsafe $0 + $1.block.pointee.sampleCount }
    }

    /// Writes the page behind what the sink holds already.
    public mutating func write(_ format: PageFormat, to page: inout ByteSink) {
        for index in entries.indices where entries[index].isFirst {
            let entry = entries[index]
            unsafe writeHeader(entry.block.pointee, format, to: &page)
            guard var next = entry.next else {
                unsafe page.append(UnsafeRawBufferPointer(entry.block.pointee.bytes))
                continue
            }
            // Several collectors share this family: their samples pass through one block, which knows every series.
            merged.reset()
            let family = unsafe merged.family(entry.block.pointee.family)
            unsafe merged.append(entry.block.pointee, to: family)
            while true {
                unsafe merged.append(entries[next].block.pointee, to: family)
                guard let further = entries[next].next else { break }
                next = further
            }
            unsafe page.append(UnsafeRawBufferPointer(merged.blocks[family.index].bytes))
        }
        if format == .openMetrics { page.append("# EOF\n") }
    }

    private func writeHeader(_ block: borrowing FamilyBlock, _ format: PageFormat, to page: inout ByteSink) {
        if format == .text {
            page.append(block.header.text)
        } else if let base = block.header.counterBase, hasFamily(base) {
            page.append(FamilyHeader.unknownOpenMetrics(block.family))
        } else {
            page.append(block.header.openMetrics)
        }
    }

    private func hasFamily(_ name: String) -> Bool {
        var name = name
        let hash = name.withUTF8 { unsafe ByteHash.of(UnsafeRawBufferPointer($0)) }
        return byName.find(hash) { unsafe entries[$0].block.pointee.family.name == name } != nil
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The samples of one family in one collection, as the text that the page will show, each series once.
///
/// Collections are mostly alike: the same series in the same order. So a block remembers the lines of the collection
/// before, and as long as each new sample is the next one of those it is neither put together nor looked up again, only
/// its value is. That is 8 % of a scrape's CPU, measured alone.
@safe
struct FamilyBlock: ~Copyable {
    /// Where a sample's line stands in the text.
    private struct Row {
        let start: Int
        /// Length of all in front of the value, the space included.
        let prefixCount: Int
    }

    // What every collection touches stands first and close together; there are hundreds of blocks.

    private let nameCount: Int
    private let headerCount: Int
    private(set) var sampleCount = 0
    private var knownCount = 0
    /// The header in the text format and the samples behind it.
    private var text: ByteSink
    private var rows: UnsafeMutablePointer<Row>
    private var rowCapacity = 1
    /// True while each sample was the same series as the one at its place in the collection before.
    private var isFollowing = true
    /// Which series stood where in the collection before, and which do in this one where they are not those; another
    /// number for each arrangement, 0 for none.
    private var layoutBefore: UInt64 = 0
    private var layoutNow: UInt64 = 1
    /// True for a family that a collector named while it collected, not in its descriptor.
    let isDynamic: Bool
    /// The text of the collection before, and the rows: this collection's, then what is left of those before.
    ///
    /// A single row is not moved here but written over in its place.
    private var before = ByteSink(capacity: 16)

    /// Series that were left out because the same one was there already.
    private(set) var duplicates = 0
    /// Row numbers by the hash of the series; empty while the rows follow those before, which were different from each
    /// other.
    private var index = SeriesIndex()
    let family: MetricFamily
    let header: FamilyHeader
    let nameHash: UInt64
    private let name: [UInt8]
    private let labelNames: DeclaredLabels

    init(_ family: MetricFamily, isDynamic: Bool) {
        self.family = family
        self.isDynamic = isDynamic
        header = FamilyHeader(family)
        labelNames = DeclaredLabels(family)
        name = Array(family.name.utf8)
        nameCount = name.count
        headerCount = header.text.count
        nameHash = unsafe name.withUnsafeBytes { unsafe ByteHash.of($0) }
        text = ByteSink(capacity: headerCount + 64)
        text.append(header.text)
        unsafe rows = .allocate(capacity: rowCapacity)
    }

    deinit {
        unsafe rows.deallocate()
    }

    /// The samples as text.
    var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: text.base + headerCount, count: text.count - headerCount)
    }

    /// The samples behind their header in the text format.
    var bytesWithHeader: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: text.base, count: text.count)
    }

    mutating func reset() {
        if !isFollowing || sampleCount != knownCount {
            layoutBefore = layoutNow
            layoutNow &+= 1
        }
        knownCount = sampleCount
        guard sampleCount > 0 else { return }
        if sampleCount > 1 {
            swap(&text, &before)
            if text.count == 0 { text.append(header.text) }
        }
        text.truncate(to: headerCount)
        sampleCount = 0
        duplicates = 0
        isFollowing = true
        index.removeAll()
    }

    func hasName(_ other: UnsafeRawBufferPointer) -> Bool {
        unsafe name.withUnsafeBytes { own in
            guard own.count == other.count, let left = own.baseAddress, let right = other.baseAddress else {
                return false
            }
            return unsafe memcmp(left, right, own.count) == 0
        }
    }

    /// Appends one sample unless its series is there already; false where its labels are not those that the family
    /// declares.
    ///
    /// `labels` is the text between the braces.
    mutating func append(labels: UnsafeRawBufferPointer, value: SampleValue) -> Bool {
        let prefixCount = nameCount &+ labels.count &+ (labels.count > 0 ? 3 : 1)
        let most = prefixCount &+ NumberText.maximumLength &+ 1
        guard isFollowing, sampleCount < knownCount, text.hasRoom(for: most),
            let known = unsafe knownPrefix(prefixCount, labels)
        else { return unsafe append(suffix: "", labels: labels, extra: nil, value: value) }
        let start = unsafe text.room(for: most)
        if unsafe known != start { unsafe memcpy(start, known, prefixCount) }
        unsafe finish(start, prefixCount, value)
        return true
    }

    /// Appends one sample unless its series is there already; false where its labels are not those that the family
    /// declares.
    ///
    /// `labels` is the text between the braces, `extra` a further label that needs no escaping, `suffix` what follows
    /// the family's name (`_bucket`, `_sum`, `_count`).
    mutating func append(
        suffix: StaticString, labels: UnsafeRawBufferPointer, extra: (name: StaticString, value: StaticString)?,
        value: SampleValue
    ) -> Bool {
        let most =
            nameCount + suffix.utf8CodeUnitCount + labels.count + NumberText.maximumLength + 8
            + (extra.map { $0.name.utf8CodeUnitCount + $0.value.utf8CodeUnitCount + 4 } ?? 0)
        let start = unsafe text.room(for: most)
        var end = unsafe start
        unsafe name.withUnsafeBufferPointer { unsafe Self.put($0, &end) }
        if suffix.utf8CodeUnitCount > 0 { unsafe Self.put(suffix, &end) }
        if labels.count > 0 || extra != nil {
            unsafe Self.put(UInt8(ascii: "{"), &end)
            unsafe Self.put(labels.assumingMemoryBound(to: UInt8.self), &end)
            if let extra {
                if labels.count > 0 { unsafe Self.put(UInt8(ascii: ","), &end) }
                unsafe Self.put(extra.name, &end)
                unsafe Self.put("=\"", &end)
                unsafe Self.put(extra.value, &end)
                unsafe Self.put(UInt8(ascii: "\""), &end)
            }
            unsafe Self.put(UInt8(ascii: "}"), &end)
        }
        unsafe Self.put(UInt8(ascii: " "), &end)
        let prefixCount = unsafe end - start
        let prefix = unsafe UnsafeRawBufferPointer(start: start, count: prefixCount)
        if unsafe !isNextBefore(prefix) {
            // Only series that the collection before did not have at this place are looked at closely.
            guard unsafe labelNames.fit(UnsafeRawBufferPointer(rebasing: prefix[nameCount...])) else { return false }
            guard unsafe isNew(prefix) else {
                duplicates += 1
                return true
            }
        }
        unsafe finish(start, prefixCount, value)
        return true
    }

    /// The series from a row on to the last one so far, to be written again in the next collections.
    func run(from first: Int) -> SeriesRun.Place {
        SeriesRun.Place(
            first: first, count: max(0, sampleCount &- first), layout: isFollowing ? layoutBefore : layoutNow)
    }

    /// Appends the series of a run with new numbers; false, and nothing is appended, where the collection before did not
    /// have just these at this place, or where it has not been followed so far.
    mutating func append(_ run: SeriesRun.Place, _ numbers: [UInt64]) -> Bool {
        guard isFollowing, run.layout == layoutBefore, run.first == sampleCount, run.count == numbers.count,
            run.count > 0, knownCount > 1, knownCount &- sampleCount >= run.count
        else { return false }
        let last = unsafe rows[sampleCount &+ run.count &- 1]
        let start = unsafe rows[sampleCount].start
        // The lines of the collection before, and the longest numbers in place of theirs.
        let most = last.start &+ last.prefixCount &- start &+ run.count &* (NumberText.maximumLength &+ 1)
        var end = unsafe text.room(for: most)
        var offset = text.count
        for number in numbers {
            let row = unsafe rows[sampleCount]
            unsafe memcpy(end, before.base + row.start, row.prefixCount)
            var lineEnd = unsafe end + row.prefixCount
            unsafe lineEnd += NumberText.write(number, to: lineEnd)
            unsafe Self.put(0x0A, &lineEnd)
            addRow(Row(start: offset, prefixCount: row.prefixCount))
            offset &+= unsafe lineEnd - end
            unsafe end = lineEnd
        }
        text.commit(offset &- text.count)
        return true
    }

    /// Appends the samples of another block of the same name; of equal series the one that is here stays.
    mutating func append(contentsOf other: borrowing FamilyBlock) {
        for number in 0..<other.sampleCount {
            let row = unsafe other.rows[number]
            let end = number + 1 < other.sampleCount ? unsafe other.rows[number + 1].start : other.text.count
            let line = unsafe UnsafeRawBufferPointer(start: other.text.base + row.start, count: end - row.start)
            let prefix = unsafe UnsafeRawBufferPointer(rebasing: line[..<row.prefixCount])
            guard unsafe isNextBefore(prefix) || isNew(prefix) else {
                duplicates += 1
                continue
            }
            addRow(Row(start: text.count, prefixCount: row.prefixCount))
            unsafe text.append(line)
        }
    }

    /// Writes the value behind a prefix that stands at the end of the text.
    @inline(__always)
    private mutating func finish(_ start: UnsafeMutablePointer<UInt8>, _ prefixCount: Int, _ value: SampleValue) {
        var end = unsafe start + prefixCount
        unsafe end += value.write(to: end)
        unsafe Self.put(0x0A, &end)
        addRow(Row(start: text.count, prefixCount: prefixCount))
        text.commit(unsafe end - start)
    }

    @inline(__always)
    private mutating func addRow(_ row: Row) {
        if sampleCount == rowCapacity { growRows() }
        unsafe (rows + sampleCount).initialize(to: row)
        sampleCount &+= 1
    }

    private mutating func growRows() {
        let larger = UnsafeMutablePointer<Row>.allocate(capacity: rowCapacity * 2)
        unsafe larger.update(from: rows, count: rowCapacity)
        unsafe rows.deallocate()
        unsafe rows = larger
        rowCapacity *= 2
    }

    /// The prefix of the next row of the collection before, where it is that of these labels and nothing else.
    @inline(__always)
    private func knownPrefix(_ prefixCount: Int, _ labels: UnsafeRawBufferPointer) -> UnsafeMutablePointer<UInt8>? {
        let row = unsafe rows[sampleCount]
        guard row.prefixCount == prefixCount else { return nil }
        let prefix = unsafe (knownCount == 1 ? text.base : before.base) + row.start
        if let source = labels.baseAddress, labels.count > 0 {
            // A name with a suffix may be as long.
            guard unsafe prefix[nameCount] == UInt8(ascii: "{"),
                unsafe memcmp(prefix + (nameCount &+ 1), source, labels.count) == 0
            else { return nil }
        }
        return unsafe prefix
    }

    /// True where the collection before had this series at the same place, and has been followed so far.
    private func isNextBefore(_ prefix: UnsafeRawBufferPointer) -> Bool {
        // A single row before has been written over.
        guard isFollowing, sampleCount < knownCount, knownCount > 1 else { return false }
        return unsafe isPrefix(prefix, ofRow: sampleCount, in: before.base)
    }

    /// Says of a prefix that is not the next one of the collection before whether its series was not there before.
    private mutating func isNew(_ prefix: UnsafeRawBufferPointer) -> Bool {
        isFollowing = false
        guard sampleCount > 0 else { return true }
        if index.isEmpty {
            for number in 0..<sampleCount {
                let row = unsafe rows[number]
                let other = unsafe UnsafeRawBufferPointer(start: text.base + row.start, count: row.prefixCount)
                _ = index.insert(hash: unsafe hash(ofPrefix: other), row: number) { _ in false }
            }
        }
        let hash = unsafe hash(ofPrefix: prefix)
        let number = sampleCount
        return withoutIndex { block, index in
            index.insert(hash: hash, row: number) { unsafe block.isPrefix(prefix, ofRow: $0, in: block.text.base) }
        }
    }

    /// Lends out the index, so that the block can be looked at meanwhile.
    private mutating func withoutIndex(_ body: (borrowing FamilyBlock, inout SeriesIndex) -> Bool) -> Bool {
        var lent = SeriesIndex()
        swap(&lent, &index)
        defer { swap(&lent, &index) }
        return body(self, &lent)
    }

    /// What the index knows a prefix by; the name in front is the same in all.
    private func hash(ofPrefix prefix: UnsafeRawBufferPointer) -> UInt64 {
        unsafe ByteHash.of(UnsafeRawBufferPointer(rebasing: prefix[nameCount...]))
    }

    private func isPrefix(
        _ prefix: UnsafeRawBufferPointer, ofRow number: Int, in base: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        let row = unsafe rows[number]
        guard row.prefixCount == prefix.count, let start = prefix.baseAddress else { return false }
        return unsafe memcmp(base + row.start, start, prefix.count) == 0
    }

    @inline(__always)
    private static func put(_ byte: UInt8, _ end: inout UnsafeMutablePointer<UInt8>) {
        unsafe end.pointee = byte
        unsafe end += 1
    }

    @inline(__always)
    private static func put(_ bytes: UnsafeBufferPointer<UInt8>, _ end: inout UnsafeMutablePointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        unsafe memcpy(end, source, bytes.count)
        unsafe end += bytes.count
    }

    @inline(__always)
    private static func put(_ text: StaticString, _ end: inout UnsafeMutablePointer<UInt8>) {
        unsafe memcpy(end, text.utf8Start, text.utf8CodeUnitCount)
        unsafe end += text.utf8CodeUnitCount
    }
}

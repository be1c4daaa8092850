// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The samples of one family in one collection, as the text that the page will show, each series once.
@safe
struct FamilyBlock: ~Copyable {
    let family: MetricFamily
    let header: FamilyHeader
    let nameHash: UInt64
    /// True for a family that a collector named while it collected, not in its descriptor.
    let isDynamic: Bool
    private let name: [UInt8]
    private(set) var text: ByteSink
    private(set) var sampleCount = 0
    /// Series that were left out because the same one was there already.
    private(set) var duplicates = 0

    /// Where each sample starts, found by the hash of what stands between its name and its value.
    ///
    /// Empty while there is one sample, as most families have.
    private var index = SeriesIndex()
    /// Length of what stands between the first sample's name and its value.
    private var firstKeyCount = 0

    init(_ family: MetricFamily, isDynamic: Bool) {
        self.family = family
        self.isDynamic = isDynamic
        header = FamilyHeader(family)
        name = Array(family.name.utf8)
        nameHash = unsafe name.withUnsafeBytes { unsafe ByteHash.of($0) }
        text = ByteSink(capacity: 64)
    }

    /// The samples as text.
    var bytes: UnsafeBufferPointer<UInt8> {
        unsafe UnsafeBufferPointer(start: text.base, count: text.count)
    }

    mutating func reset() {
        guard sampleCount > 0 else { return }
        text.removeAll()
        sampleCount = 0
        duplicates = 0
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

    /// Appends one sample unless its series is there already.
    ///
    /// `labels` is the text between the braces, `extra` a further label that needs no escaping, `suffix` what follows
    /// the family's name (`_bucket`, `_sum`, `_count`).
    mutating func append(
        suffix: StaticString, labels: UnsafeRawBufferPointer, extra: (name: StaticString, value: StaticString)?,
        value: SampleValue
    ) {
        let most =
            name.count + suffix.utf8CodeUnitCount + labels.count + NumberText.maximumLength + 8
            + (extra.map { $0.name.utf8CodeUnitCount + $0.value.utf8CodeUnitCount + 4 } ?? 0)
        let start = unsafe text.room(for: most)
        var end = unsafe start
        unsafe name.withUnsafeBufferPointer { unsafe Self.put($0, &end) }
        unsafe Self.put(suffix, &end)
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
        let key = unsafe UnsafeRawBufferPointer(start: start + name.count, count: end - start - name.count)
        guard unsafe isNew(key, at: text.count) else {
            duplicates += 1
            return
        }
        unsafe Self.put(UInt8(ascii: " "), &end)
        unsafe end += value.write(to: end)
        unsafe Self.put(0x0A, &end)
        sampleCount += 1
        text.commit(unsafe end - start)
    }

    /// Appends the samples of another block of the same name; of equal series the one that is here stays.
    mutating func append(contentsOf other: borrowing FamilyBlock) {
        var at = 0
        while at < other.text.count {
            let line = unsafe other.text.base + at
            var length = 0
            var space = 0
            // Line feeds in label values are escaped, and the value behind the last space has none.
            while at + length < other.text.count, unsafe line[length] != 0x0A {
                if unsafe line[length] == 0x20 { space = length }
                length += 1
            }
            length += 1
            at += length
            let key = unsafe UnsafeRawBufferPointer(start: line + name.count, count: max(0, space - name.count))
            guard unsafe isNew(key, at: text.count) else {
                duplicates += 1
                continue
            }
            unsafe text.append(UnsafeRawBufferPointer(start: line, count: length))
            sampleCount += 1
        }
    }

    /// Notes the series at `offset` and says whether it was not there before.
    private mutating func isNew(_ key: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        if sampleCount == 0 {
            firstKeyCount = key.count
            return true
        }
        let base = unsafe text.base
        if index.isEmpty {
            let first = unsafe UnsafeRawBufferPointer(start: base + name.count, count: firstKeyCount)
            _ = index.insert(hash: unsafe ByteHash.of(first), offset: 0) { _ in false }
        }
        let hash = unsafe ByteHash.of(key)
        let skip = name.count
        let filled = text.count
        return index.insert(hash: hash, offset: offset) { other in
            unsafe other + skip + key.count < filled
                && memcmp(base + other + skip, key.baseAddress ?? UnsafeRawPointer(base), key.count) == 0
                && base[other + skip + key.count] == 0x20
        }
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

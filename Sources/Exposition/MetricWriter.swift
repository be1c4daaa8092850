// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Takes one collector's samples in whatever order they come and keeps those of each family together.
///
/// A series that was written already in this collection is left out, so that no page has it twice. Memory is kept
/// from collection to collection. One thread uses a writer at a time.
@safe
public struct MetricWriter: ~Copyable {
    /// A family that was named during a collection; good as long as the writer has it.
    public struct Family: Sendable {
        @usableFromInline let index: Int
        fileprivate let epoch: UInt64

        /// A family that no writer has.
        public static let none = Family(index: -1, epoch: 0)
    }

    private static let lastEpoch = Atomic<UInt64>(0)

    /// Above this many families that no sample used in the last collection, all families named at run time are
    /// forgotten, so that names that change from file to file cannot fill the memory.
    private static let idleFamilies = 512

    private(set) var blocks: UnsafeMutablePointer<FamilyBlock>
    private(set) var blockCount = 0
    private var capacity: Int
    private let staticCount: Int
    private var named = NameIndex()
    private var labelText = LabelText()
    /// Another one for each writer, and after it has forgotten families.
    private var epoch = nextEpoch()

    /// Items (lines, files, devices) that could not be read in this collection.
    public private(set) var itemsLost = 0
    /// What was said of the first lost item.
    public private(set) var firstLoss: String?

    /// A writer for the families of a descriptor; `MetricKey` values index into them.
    public init(families: [MetricFamily]) {
        capacity = max(4, families.count)
        unsafe blocks = .allocate(capacity: capacity)
        staticCount = families.count
        for family in families { addBlock(family, isDynamic: false) }
    }

    deinit {
        unsafe blocks.deinitialize(count: blockCount)
        unsafe blocks.deallocate()
    }

    /// Forgets all samples and label sets.
    public mutating func reset() {
        var idle = 0
        for index in 0..<blockCount {
            if index >= staticCount, unsafe blocks[index].sampleCount == 0 { idle += 1 }
            unsafe blocks[index].reset()
        }
        if idle > MetricWriter.idleFamilies { forgetNamedFamilies() }
        labelText.sink.removeAll()
        itemsLost = 0
        firstLoss = nil
    }

    // MARK: Labels

    /// Writes down a label set to be used for any number of samples.
    public mutating func labels(_ add: (inout LabelText) -> Void) -> Labels {
        labelText.begin()
        add(&labelText)
        return labelText.end()
    }

    /// Takes a label set that was written down before.
    public mutating func labels(_ kept: KeptLabels) -> Labels {
        labelText.begin()
        labelText.sink.append(kept.text)
        return labelText.end()
    }

    /// Writes down a label set that continues another one.
    public mutating func labels(_ base: Labels, _ add: (inout LabelText) -> Void) -> Labels {
        labelText.begin()
        labelText.copy(base)
        add(&labelText)
        return labelText.end()
    }

    // MARK: Samples of the descriptor's families

    /// Writes a sample without labels.
    @inlinable
    public mutating func write<Key: MetricKey, Number: SampleNumber>(_ key: Key, _ number: Number) {
        write(index: key.rawValue, .none, number.sampleValue)
    }

    /// Writes a sample with labels.
    @inlinable
    public mutating func write<Key: MetricKey, Number: SampleNumber>(_ key: Key, _ labels: Labels, _ number: Number) {
        write(index: key.rawValue, labels, number.sampleValue)
    }

    /// Writes a sample with labels and one more, whose literal value must need no escaping.
    @inlinable
    public mutating func write<Key: MetricKey, Number: SampleNumber>(
        _ key: Key, _ labels: Labels, extra: (name: StaticString, value: StaticString), _ number: Number
    ) {
        write(index: key.rawValue, suffix: "", labels, extra: extra, number.sampleValue)
    }

    // MARK: Families named while collecting

    /// True for a family that this writer named, in this collection or an earlier one, and has not forgotten.
    ///
    /// Who keeps a family from collection to collection asks this first, and for the family again where it is false.
    public func has(_ family: Family) -> Bool { family.epoch == epoch }

    /// The family of a name that is known only now.
    ///
    /// `make` is asked for it once; the name must be a valid metric name.
    public mutating func family(named name: UnsafeRawBufferPointer, make: () -> MetricFamily) -> Family {
        let hash = unsafe ByteHash.of(name)
        let blocks = unsafe blocks
        let known = named.find(hash) { unsafe blocks[$0].hasName(name) }
        if let known { return Family(index: known, epoch: epoch) }
        addBlock(make(), isDynamic: true)
        return Family(index: blockCount - 1, epoch: epoch)
    }

    /// The family of a name that is known only now, given as a string.
    public mutating func family(_ family: MetricFamily) -> Family {
        var name = family.name
        return name.withUTF8 { unsafe self.family(named: UnsafeRawBufferPointer($0)) { family } }
    }

    /// Writes a sample of such a family.
    @inlinable
    public mutating func write<Number: SampleNumber>(_ family: Family, _ labels: Labels, _ number: Number) {
        write(index: family.index, labels, number.sampleValue)
    }

    /// Writes a sample of such a family with something behind the family's name (`_bucket`).
    @inlinable
    public mutating func write<Number: SampleNumber>(
        _ family: Family, suffix: StaticString, _ labels: Labels, _ number: Number
    ) {
        write(index: family.index, suffix: suffix, labels, extra: nil, number.sampleValue)
    }

    // MARK: Whole collections

    /// Takes over everything that another writer holds, its losses included.
    public mutating func merge(_ other: borrowing MetricWriter) {
        for index in 0..<other.blockCount where unsafe other.blocks[index].sampleCount > 0 {
            let family = unsafe self.family(other.blocks[index].family)
            unsafe blocks[family.index].append(contentsOf: other.blocks[index])
        }
        itemsLost += other.itemsLost
        if firstLoss == nil { firstLoss = other.firstLoss }
    }

    /// Takes over the samples of one block into a family.
    mutating func append(_ block: borrowing FamilyBlock, to family: Family) {
        unsafe blocks[family.index].append(contentsOf: block)
    }

    /// Counts an item (line, file, device) that could not be read; the rest of the collection is whole.
    public mutating func loseItem(_ reason: @autoclosure () -> String) {
        if itemsLost == 0 { firstLoss = reason() }
        itemsLost += 1
    }

    /// Number of samples written since the last reset.
    public var sampleCount: Int {
        var sum = 0
        for index in 0..<blockCount { sum += unsafe blocks[index].sampleCount }
        return sum
    }

    /// Not for collectors: writes a sample of the family at an index.
    public mutating func write(index: Int, _ labels: Labels, _ value: SampleValue) {
        guard index >= 0, index < blockCount else { return }
        let text = unsafe UnsafeRawBufferPointer(start: labelText.sink.base + labels.offset, count: labels.count)
        unsafe blocks[index].append(labels: text, value: value)
    }

    /// Not for collectors: writes a sample of the family at an index, with more to its name or labels.
    public mutating func write(
        index: Int, suffix: StaticString, _ labels: Labels, extra: (name: StaticString, value: StaticString)?,
        _ value: SampleValue
    ) {
        guard index >= 0, index < blockCount else { return }
        let text = unsafe UnsafeRawBufferPointer(start: labelText.sink.base + labels.offset, count: labels.count)
        unsafe blocks[index].append(suffix: suffix, labels: text, extra: extra, value: value)
    }

    private mutating func addBlock(_ family: MetricFamily, isDynamic: Bool) {
        if blockCount == capacity {
            let larger = UnsafeMutablePointer<FamilyBlock>.allocate(capacity: capacity * 2)
            unsafe larger.moveInitialize(from: blocks, count: blockCount)
            unsafe blocks.deallocate()
            unsafe blocks = larger
            capacity *= 2
        }
        unsafe (blocks + blockCount).initialize(to: FamilyBlock(family, isDynamic: isDynamic))
        named.insert(unsafe blocks[blockCount].nameHash, blockCount)
        blockCount += 1
    }

    private static func nextEpoch() -> UInt64 {
        lastEpoch.add(1, ordering: .relaxed).newValue
    }

    private mutating func forgetNamedFamilies() {
        unsafe (blocks + staticCount).deinitialize(count: blockCount - staticCount)
        blockCount = staticCount
        epoch = Self.nextEpoch()
        named.removeAll()
        for index in 0..<staticCount { named.insert(unsafe blocks[index].nameHash, index) }
    }
}

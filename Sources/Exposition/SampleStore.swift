// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A family that was named during a collection; good as long as the writer that named it has it.
public struct NamedFamily: Sendable {
    let index: Int
    let epoch: UInt64

    /// A family that no writer has.
    public static let none = NamedFamily(index: -1, epoch: 0)
}

/// The samples of a collection by family: what all writers are made of, whatever their keys.
///
/// Memory is kept from collection to collection. One thread uses a store at a time.
@safe
struct SampleStore: ~Copyable {
    /// Counts what may never come again: the epochs of named families, and the collections that labels belong to.
    private static let lastNumber = Atomic<UInt64>(0)

    /// Above this many families that no sample used in the last collection, all families named at run time are
    /// forgotten, so that names that change from file to file cannot fill the memory.
    private static let idleFamilies = 512

    private(set) var blocks: UnsafeMutablePointer<FamilyBlock>
    private(set) var blockCount = 0
    private var capacity: Int
    private let staticCount: Int
    private var named = NameIndex()
    private var labelText = LabelText()
    /// Patterns of the names that families may get while collecting, in pieces around their places.
    private let openNames: [[String]]
    /// Another one for each writer, and after it has forgotten families.
    private var epoch = nextNumber()

    /// Items (lines, files, devices) that could not be read in this collection.
    private(set) var itemsLost = 0
    /// Those of them that this user may not read.
    private(set) var itemsRefused = 0
    /// What was said of the first lost item.
    private(set) var firstLoss: String?
    /// What was asked instead of what is refused here.
    var fallback: String?
    /// The first mistake of the collector in this collection.
    private(set) var fault: String?

    /// A store of families by their index, and of others whose names fit those of `openFamilies`.
    init(families: [MetricFamily], openFamilies: [MetricFamily]) {
        capacity = max(4, families.count)
        unsafe blocks = .allocate(capacity: capacity)
        staticCount = families.count
        openNames = openFamilies.map { OpenName.pieces(of: $0.name) }
        for family in families { addBlock(family, isDynamic: false) }
        labelText.beginCollection(Self.nextNumber())
    }

    deinit {
        unsafe blocks.deinitialize(count: blockCount)
        unsafe blocks.deallocate()
    }

    /// Forgets all samples and label sets.
    mutating func reset() {
        var idle = 0
        for index in 0..<blockCount {
            if index >= staticCount, unsafe blocks[index].sampleCount == 0 { idle += 1 }
            unsafe blocks[index].reset()
        }
        if idle > SampleStore.idleFamilies { forgetNamedFamilies() }
        labelText.beginCollection(Self.nextNumber())
        itemsLost = 0
        itemsRefused = 0
        firstLoss = nil
        fallback = nil
        fault = nil
    }

    // MARK: Labels

    mutating func labels(_ add: (inout LabelText) -> Void) -> Labels {
        labelText.begin()
        add(&labelText)
        return labelText.end()
    }

    mutating func labels(_ kept: KeptLabels) -> Labels {
        labelText.begin()
        labelText.sink.append(kept.text)
        return labelText.end()
    }

    mutating func labels(_ base: Labels, _ add: (inout LabelText) -> Void) -> Labels {
        labelText.begin()
        if labelText.owns(base) {
            labelText.copy(base)
        } else {
            note("labels of another writer or collection were continued")
        }
        add(&labelText)
        return labelText.end()
    }

    // MARK: Families named while collecting

    mutating func family(named name: UnsafeRawBufferPointer, make: () -> MetricFamily) -> NamedFamily {
        let hash = unsafe ByteHash.of(name)
        let blocks = unsafe blocks
        let known = named.find(hash) { unsafe blocks[$0].hasName(name) }
        if let known { return NamedFamily(index: known, epoch: epoch) }
        let family = make()
        guard openNames.contains(where: { OpenName.fits(family.name, $0) }) else {
            note("the family \(family.name) is not declared")
            return .none
        }
        addBlock(family, isDynamic: true)
        return NamedFamily(index: blockCount - 1, epoch: epoch)
    }

    mutating func family(_ family: MetricFamily) -> NamedFamily {
        var name = family.name
        return name.withUTF8 { unsafe self.family(named: UnsafeRawBufferPointer($0)) { family } }
    }

    mutating func write(_ family: NamedFamily, _ labels: Labels, _ value: SampleValue) {
        write(family, suffix: "", labels, value)
    }

    mutating func write(_ family: NamedFamily, suffix: StaticString, _ labels: Labels, _ value: SampleValue) {
        guard family.epoch == epoch else {
            // Naming it was a mistake, which has been noted, or it has been forgotten since.
            if family.epoch != 0 { note("a family of another writer was written") }
            return
        }
        if suffix.utf8CodeUnitCount == 0 {
            write(index: family.index, labels, value)
        } else {
            write(index: family.index, suffix: suffix, labels, extra: nil, value)
        }
    }

    // MARK: Whole collections

    /// Takes over everything that a store of the same families holds, its losses included.
    mutating func merge(_ other: borrowing SampleStore) {
        for index in 0..<other.blockCount where unsafe other.blocks[index].sampleCount > 0 {
            if index < staticCount {
                unsafe blocks[index].append(contentsOf: other.blocks[index])
            } else {
                let family = unsafe self.family(other.blocks[index].family)
                unsafe append(other.blocks[index], to: family)
            }
        }
        itemsLost += other.itemsLost
        itemsRefused += other.itemsRefused
        if firstLoss == nil { firstLoss = other.firstLoss }
        if fault == nil { fault = other.fault }
    }

    /// Takes over the samples of one block into a family.
    mutating func append(_ block: borrowing FamilyBlock, to family: NamedFamily) {
        guard family.epoch == epoch else { return }
        unsafe blocks[family.index].append(contentsOf: block)
    }

    mutating func loseItem(isRefused: Bool = false, _ reason: @autoclosure () -> String) {
        if itemsLost == 0 { firstLoss = reason() }
        itemsLost += 1
        if isRefused { itemsRefused += 1 }
    }

    /// Notes a mistake of the collector.
    private mutating func note(_ mistake: @autoclosure () -> String) {
        let text = fault ?? mistake()
        if fault == nil { fault = text }
        loseItem(text)
    }

    /// Number of samples written since the last reset.
    var sampleCount: Int {
        var sum = 0
        for index in 0..<blockCount { sum += unsafe blocks[index].sampleCount }
        return sum
    }

    /// Series that were left out because the same one was there already.
    var repeatedSeries: Int {
        var sum = 0
        for index in 0..<blockCount { sum += unsafe blocks[index].duplicates }
        return sum
    }

    // MARK: Samples

    mutating func write(index: Int, _ labels: Labels, _ value: SampleValue) {
        guard index >= 0, index < blockCount, labelText.owns(labels) else { return refuse(index, labels) }
        if unsafe !blocks[index].append(labels: labelText.bytes(of: labels), value: value) { noteLabels(index, labels) }
    }

    mutating func write(
        index: Int, suffix: StaticString, _ labels: Labels, extra: (name: StaticString, value: StaticString)?,
        _ value: SampleValue
    ) {
        guard index >= 0, index < blockCount, labelText.owns(labels) else { return refuse(index, labels) }
        let isWritten = unsafe blocks[index].append(
            suffix: suffix, labels: labelText.bytes(of: labels), extra: extra, value: value)
        if !isWritten { noteLabels(index, labels) }
    }

    /// The number of samples of a family so far.
    func sampleCount(of index: Int) -> Int {
        index >= 0 && index < blockCount ? unsafe blocks[index].sampleCount : 0
    }

    func run(of index: Int, from first: Int) -> SeriesRun {
        guard index >= 0, index < blockCount else { return .none }
        return SeriesRun(index: index, epoch: epoch, place: unsafe blocks[index].run(from: first))
    }

    mutating func write(_ run: SeriesRun, _ numbers: [UInt64]) -> Bool {
        guard run.epoch == epoch, run.index < blockCount else { return false }
        return unsafe blocks[run.index].append(run.place, numbers)
    }

    private mutating func refuse(_ index: Int, _ labels: Labels) {
        if labelText.owns(labels) { return note("a family that the writer does not have was written") }
        let name = index >= 0 && index < blockCount ? unsafe blocks[index].family.name : "a sample"
        note("\(name) was written with labels of another writer or collection")
    }

    private mutating func noteLabels(_ index: Int, _ labels: Labels) {
        let family = unsafe blocks[index].family
        let text = unsafe String(decoding: labelText.bytes(of: labels), as: UTF8.self)
        note("\(family.name) declares the labels {\(family.labelText)}, not those of {\(text)}")
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

    private static func nextNumber() -> UInt64 {
        lastNumber.add(1, ordering: .relaxed).newValue
    }

    private mutating func forgetNamedFamilies() {
        unsafe (blocks + staticCount).deinitialize(count: blockCount - staticCount)
        blockCount = staticCount
        epoch = Self.nextNumber()
        named.removeAll()
        for index in 0..<staticCount { named.insert(unsafe blocks[index].nameHash, index) }
    }
}

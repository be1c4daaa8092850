// SPDX-License-Identifier: Apache-2.0

/// Takes one collector's samples in whatever order they come and keeps those of each family together.
///
/// It takes the families of `Key` and those that it is told may be named while collecting. A series that was written
/// already in this collection is left out, so that no page has it twice. A sample with other labels than its family
/// declares, or with labels of another writer or collection, is a mistake in the collector: it is not shown, `fault`
/// names it, and it counts as a lost item. Memory is kept from collection to collection. One thread uses a writer at a
/// time.
public struct MetricWriter<Key: FamilyKey>: ~Copyable {
    var store: SampleStore

    /// A writer of the families of `Key` and of `openFamilies`, whose names say in angle brackets what is named while
    /// collecting (`node_vmstat_<field>`).
    public init(openFamilies: [MetricFamily] = []) {
        store = SampleStore(families: Key.families, openFamilies: openFamilies)
    }

    /// Forgets all samples and label sets.
    public mutating func reset() { store.reset() }

    // MARK: Labels

    /// Writes down a label set to be used for any number of samples of this collection.
    public mutating func labels(_ add: (inout LabelText) -> Void) -> Labels { store.labels(add) }

    /// Takes a label set that was written down before.
    public mutating func labels(_ kept: KeptLabels) -> Labels { store.labels(kept) }

    /// Writes down a label set that continues another one of this collection.
    public mutating func labels(_ base: Labels, _ add: (inout LabelText) -> Void) -> Labels {
        store.labels(base, add)
    }

    // MARK: Samples

    /// Writes a sample without labels.
    @inlinable
    public mutating func write<Number: SampleNumber>(_ key: Key, _ number: Number) {
        write(index: key.rawValue, .none, number.sampleValue)
    }

    /// Writes a sample with labels.
    @inlinable
    public mutating func write<Number: SampleNumber>(_ key: Key, _ labels: Labels, _ number: Number) {
        write(index: key.rawValue, labels, number.sampleValue)
    }

    /// Writes a sample with labels and one more, whose literal value must need no escaping.
    @inlinable
    public mutating func write<Number: SampleNumber>(
        _ key: Key, _ labels: Labels, extra: (name: StaticString, value: StaticString), _ number: Number
    ) {
        write(index: key.rawValue, labels, extra: extra, number.sampleValue)
    }

    // MARK: Runs of series

    /// How many samples of a family have been written in this collection.
    public func sampleCount(of key: Key) -> Int { store.sampleCount(of: key.rawValue) }

    /// The series of a family from a place on to the last one so far, to be written again in the next collections.
    ///
    /// Places count from 0 and are those of `sampleCount(of:)`.
    public func run(of key: Key, from place: Int) -> SeriesRun { store.run(of: key.rawValue, from: place) }

    /// Writes the series of a run with new numbers, where they come at the same place as in the collection before.
    ///
    /// False, and nothing is written, where the family has other series there, or had so in the collection before; then
    /// each is to be written with its labels, and the run to be asked for anew.
    public mutating func write(_ run: SeriesRun, _ numbers: [UInt64]) -> Bool { store.write(run, numbers) }

    // MARK: Families named while collecting

    /// The family of a name that is known only now.
    ///
    /// `make` is asked for it once; the name must be a valid metric name.
    public mutating func family(named name: UnsafeRawBufferPointer, make: () -> MetricFamily) -> NamedFamily {
        unsafe store.family(named: name, make: make)
    }

    /// The family of a name that is known only now, given as a string.
    public mutating func family(_ family: MetricFamily) -> NamedFamily { store.family(family) }

    /// Writes a sample of such a family.
    @inlinable
    public mutating func write<Number: SampleNumber>(_ family: NamedFamily, _ labels: Labels, _ number: Number) {
        write(named: family, labels, number.sampleValue)
    }

    // MARK: Whole collections

    /// Takes over everything that another writer of the same families holds, its losses included.
    public mutating func merge(_ other: borrowing MetricWriter) { store.merge(other.store) }

    /// Takes over what a text file holds, except for the families of these names.
    public mutating func merge(_ page: borrowing MetricWriter<NoMetrics>, except names: Set<String>) {
        store.merge(page.store, except: names)
    }

    /// Counts an item (line, file, device) that could not be read; the rest of the collection is whole.
    public mutating func loseItem(_ reason: @autoclosure () -> String) { store.loseItem(reason()) }

    /// Counts an item that this user may not read.
    public mutating func refuseItem(_ reason: @autoclosure () -> String) {
        store.loseItem(isRefused: true, reason())
    }

    /// Says that another way was gone than the usual one, which is closed here: for example `rtnetlink is refused,
    /// /proc/net/dev is read`.
    ///
    /// Nothing is lost by it; it is logged once, when it begins.
    public mutating func fallBack(_ way: String) { store.fallback = way }

    /// What was said of another way; nil where the usual one was gone.
    public var fallback: String? { store.fallback }

    /// Items that could not be read in this collection, refused ones included.
    public var itemsLost: Int { store.itemsLost }
    /// Items that this user may not read.
    public var itemsRefused: Int { store.itemsRefused }
    /// What was said of the first lost item.
    public var firstLoss: String? { store.firstLoss }
    /// The first mistake of the collector in this collection: labels that its family does not declare, or that are
    /// another writer's or collection's.
    ///
    /// Nil in a collector that works.
    public var fault: String? { store.fault }

    /// Series of this collection that were left out because the same one was there already.
    public var repeatedSeries: Int { store.repeatedSeries }

    /// Number of samples written since the last reset.
    public var sampleCount: Int { store.sampleCount }

    @usableFromInline
    mutating func write(index: Int, _ labels: Labels, _ value: SampleValue) {
        store.write(index: index, labels, value)
    }

    @usableFromInline
    mutating func write(
        index: Int, _ labels: Labels, extra: (name: StaticString, value: StaticString), _ value: SampleValue
    ) {
        store.write(index: index, suffix: "", labels, extra: extra, value)
    }

    @usableFromInline
    mutating func write(named family: NamedFamily, _ labels: Labels, _ value: SampleValue) {
        store.write(family, labels, value)
    }
}

extension MetricWriter where Key: FieldKey {
    /// Writes the kernel's number as the value of its field's family.
    @inlinable
    public mutating func write(_ field: TableField<Key>, _ labels: Labels, _ number: UInt64) {
        write(index: field.key.rawValue, labels, field.unit.value(number))
    }

    /// Writes the kernel's signed number as the value of its field's family.
    @inlinable
    public mutating func write(_ field: TableField<Key>, _ labels: Labels, _ number: Int64) {
        write(index: field.key.rawValue, labels, field.unit.value(number))
    }
}

// SPDX-License-Identifier: Apache-2.0

public import KernelFiles

/// What is read of an item: its handles and its last result.
public protocol ItemContent: ~Copyable {
    /// Reads and keeps the result, errors included.
    mutating func read(from reader: inout KernelFileReader)
}

/// An item of a source: one thread at a time is in it, and one that hangs keeps it.
public final class Item<Content: ItemContent & ~Copyable>: LaneItem {
    /// What it is, for logs.
    public let name: String
    /// How long a read may take; nil for the usual share.
    public let shareNanoseconds: UInt64?
    private let content: Guarded<Content>

    /// An item that has not been read yet.
    public init(_ name: String, shareNanoseconds: UInt64? = nil, _ content: consuming Content) {
        self.name = name
        self.shareNanoseconds = shareNanoseconds
        self.content = Guarded(content)
    }

    /// Reads it, unless a thread is stuck in it.
    public func read(step: Int, from reader: inout KernelFileReader) {
        let scrape = reader.scrape
        content.update(in: scrape) { $0.read(from: &reader) }
    }

    /// Uses what was read in a scrape; nil where it was not read in it, or where a thread is in it.
    public func withResult<Result, Failure: Error>(
        of scrape: UInt64, _ body: (inout Content) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        try content.withResult(of: scrape, body)
    }

    /// Uses it whatever scrape it is of; nil where a thread is in it.
    public func use<Result, Failure: Error>(
        _ body: (inout Content) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        try content.use(body)
    }

    /// True while a thread is in it.
    public var isInUse: Bool { content.isInUse }
}

/// The items of a source: keeps those that are as they were and those in which a thread is stuck, and makes the others
/// anew.
///
/// `ID` says where an item is (a path, an address), of which one thread at most may be stuck; `Identity` tells whether
/// it still is the same one.
public struct ItemSet<ID: Hashable, Identity: Equatable, Content: ItemContent & ~Copyable> {
    /// An item with what it was made from.
    public struct Entry {
        /// Where it is.
        public let id: ID
        /// What it was made from.
        public let identity: Identity
        /// The item.
        public let item: Item<Content>
    }

    /// The items that are there, in the order of the last update.
    public private(set) var entries: [Entry] = []
    /// Items that are gone while a thread still hangs in them.
    private var gone: [Entry] = []
    /// True while a thread keeps an item that is gone or has become another one: an update when the thread is back
    /// makes it anew.
    public private(set) var isOutdated = false

    /// No item.
    public init() {}

    /// All that a lane has to read, those that are gone included, so that their threads are known to be back.
    public private(set) var laneItems: [any LaneItem] = []

    /// Brings the set in line with what is there.
    public mutating func update<Wanted: Sequence, Failure: Error>(
        to wanted: Wanted, id: (Wanted.Element) -> ID, identity: (Wanted.Element) -> Identity,
        make: (Wanted.Element) throws(Failure) -> Item<Content>
    ) throws(Failure) {
        var known: [ID: Entry] = [:]
        for entry in gone + entries { known[entry.id] = entry }
        isOutdated = false
        var fresh: [Entry] = []
        for element in wanted {
            let (id, identity) = (id(element), identity(element))
            if let entry = known[id], entry.identity == identity || entry.item.isInUse {
                if entry.identity != identity { isOutdated = true }
                fresh.append(entry)
            } else {
                fresh.append(Entry(id: id, identity: identity, item: try make(element)))
            }
            known[id] = nil
        }
        gone = known.values.filter(\.item.isInUse)
        if !gone.isEmpty { isOutdated = true }
        entries = fresh
        laneItems = (entries + gone).map(\.item)
    }
}

extension ItemSet where ID == Identity, Content: ~Copyable {
    /// Brings the set in line with what is there, where an item is what it is by its place alone.
    public mutating func update<Wanted: Sequence, Failure: Error>(
        to wanted: Wanted, id: (Wanted.Element) -> ID, make: (Wanted.Element) throws(Failure) -> Item<Content>
    ) throws(Failure) {
        try update(to: wanted, id: id, identity: id, make: make)
    }
}

extension ItemSet: Sendable where ID: Sendable, Identity: Sendable, Content: ~Copyable {}
extension ItemSet.Entry: Sendable where ID: Sendable, Identity: Sendable, Content: ~Copyable {}

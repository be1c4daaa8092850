// SPDX-License-Identifier: Apache-2.0

public import KernelFiles
import Synchronization

/// Something that several collectors need, made once and shared through the context.
public protocol Source: AnyObject, Sendable {}

/// A source whose parts (mounts, chips, text files) may each hang.
///
/// Its lane has a thread of its own, reads what is there before the collectors that use it run, and leaves alone what
/// hangs.
public protocol ItemSource: Source {
    /// The lane's name, for threads and logs: at most 10 letters.
    var laneName: String { get }
    /// Guards `items`: held while `discover` runs.
    var discovery: ItemState { get }
    /// False where this host or this configuration gives the lane nothing to do, which needs no thread then.
    var isNeeded: Bool { get }
    /// Finds out which items there are and sets `items`. May hang like any item.
    func discover(from reader: inout KernelFileReader) throws(CollectorError)
    /// The items of the last `discover`.
    var items: [any SourceItem] { get }
}

/// A part of a source that may hang.
public protocol SourceItem: AnyObject, Sendable {
    /// What it is, for logs: a mount point, a path.
    var key: String { get }
    /// Who is at it.
    var state: ItemState { get }
    /// How long one read may take before its thread is left behind; nil for the usual share of a scrape. Never more
    /// than a quarter of the time that the scrape has left.
    var shareNanoseconds: UInt64? { get }
    /// Reads it and keeps the result, errors included.
    func read(from reader: inout KernelFileReader)
}

extension SourceItem {
    /// The usual share.
    public var shareNanoseconds: UInt64? { nil }
}

/// A source that takes a sample every 5 seconds, whoever scrapes.
public protocol SamplingSource: Source {
    /// Takes a sample.
    func sample(from reader: inout KernelFileReader)
}

/// All sources of a process, by their type.
///
/// Filled while collectors are made, read-only afterwards.
public final class Sources: Sendable {
    private struct Content {
        var byType: [ObjectIdentifier: any Source] = [:]
        var order: [any Source] = []
        var used: [any Source] = []
        var files: [String: SharedContent] = [:]
    }

    private let content = Mutex(Content())

    /// No source yet.
    public init() {}

    /// Those sources of a configuration before that may go on in a new one, with what they remember.
    public init(from earlier: Sources, where isKept: (any Source) -> Bool) {
        for source in earlier.all where isKept(source) {
            content.withLock {
                $0.byType[ObjectIdentifier(type(of: source))] = source
                $0.order.append(source)
            }
        }
    }

    /// The source of a type, made by the first collector that asks for it.
    public func shared<S: Source>(
        _ type: S.Type, make: () throws(ConfigurationError) -> S
    ) throws(ConfigurationError) -> S {
        let existing = content.withLock { $0.byType[ObjectIdentifier(type)] }
        if let existing = existing as? S {
            content.withLock { $0.used.append(existing) }
            return existing
        }
        let made = try make()
        content.withLock {
            $0.byType[ObjectIdentifier(type)] = made
            $0.order.append(made)
            $0.used.append(made)
        }
        return made
    }

    /// The sources asked for since the last call: those of the collector that was just made.
    public func takeUsed() -> [any Source] {
        content.withLock {
            let used = $0.used
            $0.used = []
            return used
        }
    }

    /// The content of a file that several collectors read.
    func content(of path: String) -> SharedContent {
        content.withLock {
            if let known = $0.files[path] { return known }
            let made = SharedContent(path)
            $0.files[path] = made
            return made
        }
    }

    /// All sources, in the order in which they were made.
    public var all: [any Source] { content.withLock { $0.order } }
}

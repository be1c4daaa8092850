// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import Synchronization

/// All sources of a process, by their type, and the files that several collectors read.
///
/// Filled while collectors are made, read-only afterwards.
public final class Sources: Sendable {
    private struct Content {
        var byType: [ObjectIdentifier: any Source] = [:]
        var order: [any Source] = []
        var files: [String: SharedContent] = [:]
    }

    private let content = Mutex(Content())

    /// No source yet.
    public init() {}

    /// Puts in those sources of a configuration before that may go on in a new one.
    public func takeOver(from earlier: Sources, for context: CollectorContext) {
        for source in earlier.all where source.continues(in: context) { add(source) }
    }

    /// Puts in a source that is there already, under its own type.
    public func add(_ source: any Source) {
        content.withLock {
            $0.byType[ObjectIdentifier(type(of: source))] = source
            $0.order.append(source)
        }
    }

    /// The source of a type, made by the first who asks for it.
    func source<S: Source>(_ type: S.Type, in context: CollectorContext) throws(ConfigurationError) -> S {
        let existing = content.withLock { $0.byType[ObjectIdentifier(type)] }
        if let existing = existing as? S { return existing }
        let made = try S(context: context.limited(to: S.needs, of: "\(S.self)"))
        add(made)
        return made
    }

    /// The source of a type that has been made.
    func made(_ type: any Source.Type) -> (any Source)? {
        content.withLock { $0.byType[ObjectIdentifier(type)] }
    }

    /// The content of a file that several collectors read.
    ///
    /// Who asks first says how it is read.
    func content(of path: String, _ make: () -> sending KernelFile) -> SharedContent {
        content.withLock {
            if let known = $0.files[path] { return known }
            let made = SharedContent(make())
            $0.files[path] = made
            return made
        }
    }

    /// All sources, in the order in which they were made.
    public var all: [any Source] { content.withLock { $0.order } }
}

// SPDX-License-Identifier: Apache-2.0

public import KernelFiles

/// What a collector or a source is made from.
public struct CollectorContext: Sendable {
    /// Where /proc, /sys, / and udev's database are.
    public let roots: Roots
    /// The values of all flags.
    public let options: Options
    /// What several collectors read or what can block.
    private(set) var sources: Sources
    /// The names of the collectors that are switched on.
    private let enabled: Set<String>
    /// The sources that may be asked for, and by whom; nil for any.
    private var declared: (owner: String, types: [any Source.Type])?

    /// A context; `enabled` are the names of the collectors that are switched on.
    public init(roots: Roots, options: Options, sources: Sources, enabled: Set<String> = []) {
        self.enabled = enabled
        self.roots = roots
        self.options = options
        self.sources = sources
    }

    /// The same for a collector or source that declares these sources.
    func limited(to types: [any Source.Type], of owner: String) -> CollectorContext {
        var context = self
        context.declared = (owner, types)
        return context
    }

    /// The same without sources, for a source that keeps its context: the sources would keep it in turn, for ever.
    func withoutSources() -> CollectorContext {
        var context = self
        context.sources = Sources()
        return context
    }

    /// True where a collector is switched on, for those that show something only without or beside it.
    public func isEnabled(_ collector: String) -> Bool { enabled.contains(collector) }

    /// The source of a type, which all who use it share.
    ///
    /// It must be named in the collector's descriptor, or in the source's `needs`: what has to be read before what is
    /// known from there.
    public func source<S: Source>(_ type: S.Type) throws(ConfigurationError) -> S {
        if let declared {
            precondition(
                declared.types.contains { ObjectIdentifier($0) == ObjectIdentifier(type) },
                "\(declared.owner) uses \(type) and does not declare it")
        }
        return try sources.source(type, in: self)
    }

    /// A file that other collectors read too: its content is read once in each scrape, by whoever asks first.
    public func sharedFile(_ path: String) -> KernelFile {
        KernelFile(sources.content(of: path) { KernelFile(path) })
    }

    /// The same for a file that the kernel makes in one piece; see `KernelFile(inOnePiece:)`.
    public func sharedFile(inOnePiece path: String) -> KernelFile {
        KernelFile(sources.content(of: path) { KernelFile(inOnePiece: path) })
    }
}

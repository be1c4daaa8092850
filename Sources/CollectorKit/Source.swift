// SPDX-License-Identifier: Apache-2.0

public import KernelFiles

/// Something that several collectors need, made once for all of them.
///
/// A collector names the sources that it uses in its descriptor and gets them from its context.
public protocol Source: AnyObject, Sendable {
    /// The sources that it uses itself; in a scrape they are read before it.
    static var needs: [any Source.Type] { get }

    /// Makes it. Touches no device and reads no file: that begins with the first scrape, when the server listens.
    init(context: CollectorContext) throws(ConfigurationError)

    /// True where it may go on, with all that it remembers, under the options of a new configuration.
    func continues(in context: CollectorContext) -> Bool

    /// Lets go of every device node that it holds, so that an administrator can unbind or reconfigure the device, and
    /// says for how many nanoseconds; nil for a source that holds none.
    func letGoOfDevices() -> UInt64?
}

extension Source {
    /// None.
    public static var needs: [any Source.Type] { [] }

    /// What remembers nothing is made anew.
    public func continues(in context: CollectorContext) -> Bool { false }

    /// Most sources hold no device node.
    public func letGoOfDevices() -> UInt64? { nil }
}

/// A source that is read in a lane, a thread of its own, because any of its items (mounts, chips, text files) may hang.
///
/// In each scrape it is asked for its items, then each of them is read, before the collectors that use it run. A thread
/// that hangs is left behind with what it hangs in; another one reads the rest.
public protocol LaneSource: Source {
    /// The lane's name, for threads and logs: at most 10 letters. Sources of one name share a thread.
    var lane: String { get }

    /// False where this host or this configuration gives the lane nothing to do in this scrape, which needs no thread
    /// then.
    var isNeeded: Bool { get }

    /// Finds out which items there are now, and keeps what goes wrong for the collectors; see `ItemListing`. May hang like any
    /// item.
    func list(from reader: inout KernelFileReader) -> [any LaneItem]
}

/// A part of a source that may hang by itself, as the lanes see it.
public protocol LaneItem: AnyObject, Sendable {
    /// What it is, for logs: a mount point, a path.
    var name: String { get }

    /// How long one step may take before its thread is left behind; nil for the usual share of a scrape. Never more
    /// than a quarter of the time that the scrape has left.
    var shareNanoseconds: UInt64? { get }

    /// How many steps it is read in; each may hang by itself.
    var stepCount: Int { get }

    /// Reads a step and keeps the result, errors included; does nothing where a thread is stuck in it.
    func read(step: Int, from reader: inout KernelFileReader)
}

extension LaneItem {
    /// The usual share.
    public var shareNanoseconds: UInt64? { nil }

    /// One.
    public var stepCount: Int { 1 }
}

/// A source that takes a sample every 5 seconds, whoever scrapes.
public protocol SamplingSource: Source {
    /// Takes a sample.
    func sample(from reader: inout KernelFileReader)
}

// SPDX-License-Identifier: Apache-2.0

/// What one client may cost.
public struct ServerLimits: Sendable, Hashable {
    /// Time for a request's head and body to arrive, from its first byte or from the connection's start.
    public var headTimeout: Duration = .seconds(10)

    /// How long a connection may wait for its next request; longer than any usual scrape interval.
    public var idleTimeout: Duration = .seconds(120)

    /// How long a client may read nothing of an answer that waits for it.
    public var writeTimeout: Duration = .seconds(30)

    /// Bytes of request target, header names and values; more is answered with 431.
    public var headBytes = 16 * 1024

    /// Header fields in one request; more is answered with 431.
    public var headerCount = 100

    /// Bytes of a request's body that are read and thrown away before the connection is closed.
    public var bodyBytes = 64 * 1024

    /// Open connections; above that an idle one makes room, or the newest is refused.
    public var connections = 512

    /// The defaults.
    public init() {}
}

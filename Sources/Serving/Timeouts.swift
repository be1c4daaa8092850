// SPDX-License-Identifier: Apache-2.0

/// The configured times in nanoseconds.
struct Timeouts {
    /// For a request's head and body.
    let head: UInt64

    /// Between requests.
    let idle: UInt64

    /// Without progress of a write.
    let write: UInt64

    /// For a scrape at most.
    var scrape: UInt64

    /// Between two samples.
    let sampling: UInt64

    /// Between two looks at the connections.
    ///
    /// They ride on the sampling tick, so that an idle server wakes up no more
    /// often than it must; a time-out is late by this much at most.
    let tick: UInt64

    /// What a client gets to take the end of its answer in, after it was refused.
    let linger: UInt64 = 1_000_000_000

    /// What a renderer is given beyond its deadline before the client is told that there will be no page.
    let overdue: UInt64 = 2_000_000_000

    /// Converts a configuration.
    init(_ configuration: ServerConfiguration) {
        head = configuration.limits.headTimeout.nanoseconds
        idle = configuration.limits.idleTimeout.nanoseconds
        write = configuration.limits.writeTimeout.nanoseconds
        scrape = configuration.scrapeTimeout.nanoseconds
        let atLeast: UInt64 = 10_000_000
        sampling = max(configuration.samplingInterval.nanoseconds, atLeast)
        tick = max(min(sampling, head / 2, idle / 2, write / 2), atLeast)
    }
}

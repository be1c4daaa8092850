// SPDX-License-Identifier: Apache-2.0

/// Everything the server needs to know but the renderer.
public struct ServerConfiguration: Sendable {
    /// Where to listen: on all of these or on none.
    public var addresses: [ListenAddress] = [.standard]

    /// Listening sockets that this process was started with, served beside the addresses; they are closed at the end.
    public var inheritedSockets: [CInt] = []

    /// The path of the metrics; with `/` there is no landing page.
    public var telemetryPath = "/metrics"

    /// The longest that a scrape may take; a scraper's own time-out can only shorten it.
    public var scrapeTimeout: Duration = .seconds(5)

    /// How many scrapes may wait for their page at once, nil for any number; more are answered with 503.
    public var maxRequests: Int?

    /// Time between two calls of the renderer's `sample`.
    public var samplingInterval: Duration = .seconds(5)

    /// zlib's level for pages that are asked for compressed, 1 (fast) to 9 (small).
    public var compressionLevel: Int32 = 1

    /// The product's name, as the landing page shows it.
    public var productName = "host-exporter"

    /// The product's version, as the landing page shows it.
    public var version = ""

    /// What one client may cost.
    public var limits = ServerLimits()

    /// The defaults.
    public init() {}
}

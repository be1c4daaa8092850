// SPDX-License-Identifier: Apache-2.0

/// The time a scrape may take, from what the scraper says and what the configuration allows.
enum ScrapeTimeout {
    /// What is kept back of the scraper's time-out, so that the page reaches it in time.
    private static let reservedSeconds = 0.5

    /// Less than this is never given: some collectors need it for a useful page.
    private static let leastNanoseconds: UInt64 = 100_000_000

    /// Nanoseconds from now until the page is due.
    ///
    /// - Parameters:
    ///   - header: the value of `X-Prometheus-Scrape-Timeout-Seconds`; ignored where it is no positive finite number.
    ///   - limit: the configured time-out in nanoseconds.
    /// - Returns: at least a tenth of a second.
    static func nanoseconds(header: String?, limit: UInt64) -> UInt64 {
        var result = limit
        if let header, let seconds = Double(header), seconds.isFinite, seconds > 0 {
            let wanted = max(0, seconds - reservedSeconds) * 1e9
            if wanted < Double(limit) { result = UInt64(wanted) }
        }
        return max(result, leastNanoseconds)
    }
}

// SPDX-License-Identifier: Apache-2.0

public import Pages

/// Something that renders a scrape: all that the server knows of collectors.
///
/// `render`, `watch` and `sample` are called on the server's event loop and must return at once; work that takes
/// longer belongs to a thread of the renderer's own.
public protocol PageRenderer: AnyObject, Sendable {
    /// Starts or joins a scrape. The completion runs exactly once, on any thread.
    func render(_ request: PageRequest, completion: @escaping @Sendable (PageAnswer) -> Void)

    /// Looks after deadlines; the server calls it when the time that the last call returned has come, and after each
    /// `render`. Returns the next monotonic time in nanoseconds at which it wants to be called, nil for none.
    func watch(nowNanoseconds: UInt64) -> UInt64?

    /// Takes the periodic samples; called every `samplingInterval` from the event loop's start on.
    func sample()

    /// What every known collector is doing, for the landing page.
    func collectorReports() -> [CollectorReport]
}

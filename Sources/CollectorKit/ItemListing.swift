// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// What a source knows of its items: the result of its last listing, or why there is none.
public final class ItemListing<Content>: Sendable {
    private struct State {
        var content: Content
        var failure: CollectorError?
    }

    /// What is listed, for errors: a path.
    private let name: String
    private let state: Guarded<State>

    /// A listing that has not been made yet.
    public init(of name: String, _ content: sending Content) {
        self.name = name
        state = Guarded(State(content: content))
    }

    /// Makes the listing of a scrape and returns the items to be read.
    ///
    /// What `body` throws is kept for who wants the result. Nothing to read where a thread is stuck in an earlier listing.
    public func update(
        in scrape: UInt64, _ body: (inout Content) throws(CollectorError) -> [any LaneItem]
    ) -> [any LaneItem] {
        state.update(in: scrape) { state in
            do throws(CollectorError) {
                state.failure = nil
                return try body(&state.content)
            } catch {
                state.failure = error
                return []
            }
        } ?? []
    }

    /// Uses the listing of a scrape.
    ///
    /// - Throws: what made the listing fail; `busy` where a thread is in it.
    public func withResult<Result>(
        of scrape: UInt64, _ body: (inout Content) -> Result
    ) throws(CollectorError) -> Result {
        let result = try state.withResult(of: scrape) { (state) throws(CollectorError) in
            if let failure = state.failure { throw failure }
            return body(&state.content)
        }
        if let result { return result }
        if state.isInUse { throw .busy("the listing of \(name)") }
        throw .other("\(name) was not listed in this scrape")
    }
}

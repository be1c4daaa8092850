// SPDX-License-Identifier: Apache-2.0

/// One request for a page, as the renderer sees it.
public struct PageRequest: Sendable, Hashable {
    /// The collectors asked for.
    public var selection: CollectorSelection

    /// The format in which the page is to be written.
    public var format: PageFormat

    /// When the answer must be there, in nanoseconds of `CLOCK_MONOTONIC`.
    public var deadlineNanoseconds: UInt64

    /// Makes a request from its three parts.
    public init(selection: CollectorSelection, format: PageFormat, deadlineNanoseconds: UInt64) {
        self.selection = selection
        self.format = format
        self.deadlineNanoseconds = deadlineNanoseconds
    }
}

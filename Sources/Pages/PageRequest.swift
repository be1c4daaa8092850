// SPDX-License-Identifier: Apache-2.0

public import Exposition

/// A wish for a page of metrics.
public struct PageRequest: Sendable, Hashable {
    /// The collectors whose samples are asked for.
    public var choice: CollectorChoice

    /// The format in which the page is to be written.
    public var format: PageFormat

    /// When the answer must be there, in nanoseconds of `CLOCK_MONOTONIC`.
    public var deadlineNanoseconds: UInt64

    /// Makes a request from its three parts.
    public init(choice: CollectorChoice, format: PageFormat, deadlineNanoseconds: UInt64) {
        self.choice = choice
        self.format = format
        self.deadlineNanoseconds = deadlineNanoseconds
    }
}

// SPDX-License-Identifier: Apache-2.0

public import Exposition

/// Which collectors' samples are asked for.
public enum CollectorChoice: Sendable, Hashable {
    /// Every enabled collector.
    case all
    /// These, by name.
    case only([String])
    /// Every enabled collector but these.
    case except([String])
}

/// A wish for a page.
public struct ScrapeRequest: Sendable {
    /// Which collectors.
    public var choice: CollectorChoice
    /// In which format.
    public var format: PageFormat
    /// When the page has to be out, in nanoseconds of CLOCK_MONOTONIC.
    public var deadlineNanoseconds: UInt64

    /// A request.
    public init(choice: CollectorChoice, format: PageFormat, deadlineNanoseconds: UInt64) {
        self.choice = choice
        self.format = format
        self.deadlineNanoseconds = deadlineNanoseconds
    }
}

/// What comes of a request.
public enum ScrapeAnswer: Sendable {
    /// The page.
    case page([UInt8])
    /// The request names a collector that is not there or not enabled; one sentence.
    case refused(String)
}

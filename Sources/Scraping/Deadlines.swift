// SPDX-License-Identifier: Apache-2.0

import CollectorKit

/// How long one task may take before its thread is left behind.
struct Deadlines {
    private static let least: UInt64 = 10_000_000

    /// The share of a task that asks for no other.
    let shareNanoseconds: UInt64
    /// What collectors ask for, by index.
    let collectorShares: [UInt64?]

    /// The share of a task that begins now: the usual one, or what an item or a descriptor asks for, and never more than
    /// a quarter of the time that the scrape has left.
    func share(of task: LaneTask, now: UInt64, scrape: Scrape?) -> UInt64 {
        var share = shareNanoseconds
        if case .item(let item, _) = task { share = item.shareNanoseconds ?? share }
        if case .collect(let index) = task { share = collectorShares[index] ?? share }
        guard let scrape, scrape.deadlineNanoseconds > now else { return share }
        return max(Self.least, min(share, (scrape.deadlineNanoseconds - now) / 4))
    }
}

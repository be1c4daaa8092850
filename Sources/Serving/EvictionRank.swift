// SPDX-License-Identifier: Apache-2.0

/// An idle connection that can make room for another.
///
/// The least goes first: those that never asked for anything before
/// those that did, and among them the oldest.
struct EvictionRank: Comparable {
    /// The connection.
    let connection: Connection

    /// Whether it has ever been answered.
    let hasServed: Bool

    /// Since when it has been idle, in monotonic nanoseconds.
    let since: UInt64

    static func < (left: EvictionRank, right: EvictionRank) -> Bool {
        left.hasServed == right.hasServed ? left.since < right.since : right.hasServed
    }

    static func == (left: EvictionRank, right: EvictionRank) -> Bool {
        left.hasServed == right.hasServed && left.since == right.since
    }
}

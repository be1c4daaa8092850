// SPDX-License-Identifier: Apache-2.0

/// An idle connection that may be closed to make room for a new one.
///
/// The least is closed first: those that never asked for anything come before those that did, and among them the one
/// that has been idle for longest.
struct EvictionCandidate: Comparable {
    /// The connection.
    let connection: Connection

    /// Whether it has ever been answered.
    let hasServed: Bool

    /// Since when it has been idle, in monotonic nanoseconds.
    let since: UInt64

    static func < (left: EvictionCandidate, right: EvictionCandidate) -> Bool {
        left.hasServed == right.hasServed ? left.since < right.since : right.hasServed
    }

    static func == (left: EvictionCandidate, right: EvictionCandidate) -> Bool {
        left.hasServed == right.hasServed && left.since == right.since
    }
}

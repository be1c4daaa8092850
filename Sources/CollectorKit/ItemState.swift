// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Who is at a thing that may hang: nobody, a thread that reads it, or a collector that looks at the result.
///
/// It keeps a stuck thread's things its own: while a thread hangs in an item nobody else touches it, and when that
/// thread comes back the item is free again by itself.
public final class ItemState: Sendable {
    private static let idle = 0
    private static let running = 1
    private static let looking = 2

    private let holder = Atomic<Int>(ItemState.idle)
    private let doneIn = Atomic<UInt64>(0)

    /// A thing nobody is at.
    public init() {}

    /// Takes the thing to read it; false where somebody else has it.
    public func begin() -> Bool {
        holder.compareExchange(expected: Self.idle, desired: Self.running, ordering: .acquiring).exchanged
    }

    /// Gives it back after reading.
    ///
    /// `scrape` is the scrape whose result it now holds, 0 for none.
    public func finish(scrape: UInt64) {
        doneIn.store(scrape, ordering: .relaxed)
        holder.store(Self.idle, ordering: .releasing)
    }

    /// Takes the thing to look at its result; false where somebody else has it or the result is not this scrape's.
    public func beginLooking(in scrape: UInt64) -> Bool {
        guard holder.compareExchange(expected: Self.idle, desired: Self.looking, ordering: .acquiring).exchanged else {
            return false
        }
        if doneIn.load(ordering: .relaxed) == scrape { return true }
        holder.store(Self.idle, ordering: .releasing)
        return false
    }

    /// Gives it back after looking.
    public func endLooking() {
        holder.store(Self.idle, ordering: .releasing)
    }

    /// True while a thread reads it.
    public var isRunning: Bool { holder.load(ordering: .relaxed) == Self.running }
}

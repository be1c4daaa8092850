// SPDX-License-Identifier: Apache-2.0

import PCIBus

/// The time in which GPUs that nobody uses are let go of, so that they can fall asleep.
struct IdleRelease {
    /// How often to look whether they are used all the same: looking takes hold of them for one cycle.
    static let lookIntervalNanoseconds: UInt64 = 300_000_000_000

    private let startedNanoseconds: UInt64
    private var hasSlept: Set<PCIAddress> = []

    /// Begins now.
    init(_ now: UInt64) {
        startedNanoseconds = now
    }

    /// Why it is over.
    enum End {
        /// A device that slept has been woken by somebody else.
        case woken
        /// It is time to look, as none has fallen asleep.
        case due
    }

    /// Takes over which devices sleep; nil while it goes on.
    mutating func update(asleep: Set<PCIAddress>, awake: [PCIAddress], now: UInt64) -> End? {
        hasSlept.formUnion(asleep)
        if awake.contains(where: hasSlept.contains) { return .woken }
        // One that sleeps is not to be looked at; where all do, nobody looks.
        guard !awake.isEmpty, now &- startedNanoseconds >= IdleRelease.lookIntervalNanoseconds else { return nil }
        return .due
    }
}

// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// A count that only rises, made from readings of an event that may have taken turns with others.
///
/// Where the counters of a CPU are fewer than the events, each counts for a part of the time. What it would have counted in
/// all of it is estimated from reading to reading, so that a sum never falls; where nothing took turns it is the count
/// itself.
struct PerfCount: Equatable {
    /// The count until now; nil where the event has not counted yet.
    private(set) var value: UInt64?

    private var count: UInt64 = 0
    private var enabled: UInt64 = 0
    private var running: UInt64 = 0

    /// Takes a reading over.
    mutating func add(_ count: UInt64, in reading: PerfEventGroup.Reading) {
        let ran = reading.runningNanoseconds &- running
        // It had no turn since: how much it would have counted is not known, and is made up at its next turn.
        guard ran > 0, reading.runningNanoseconds >= running, count >= self.count else { return }
        let wanted = reading.enabledNanoseconds &- enabled
        let counted = count &- self.count
        let estimate = wanted == ran ? counted : UInt64(Double(counted) * (Double(wanted) / Double(ran)))
        value = (value ?? 0) &+ estimate
        (self.count, enabled, running) = (count, reading.enabledNanoseconds, reading.runningNanoseconds)
    }
}

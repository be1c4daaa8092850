// SPDX-License-Identifier: Apache-2.0

/// The last few samples of how busy the CPUs were, for the busy share of the time since then.
///
/// A ring whose memory grows only with the number of CPUs.
struct CPUHistory {
    /// How long a CPU was busy and not busy since boot, in units of 10 ms.
    struct Load {
        var busy: UInt64 = 0
        var notBusy: UInt64 = 0

        /// The busy share of the time since an earlier load, 0 to 100; nil where it is unknown.
        func percent(since earlier: Load) -> Double? {
            guard earlier.busy != 0 || earlier.notBusy != 0, busy >= earlier.busy else { return nil }
            let busyTime = Double(busy &- earlier.busy)
            // Idle time and waiting for disks may go backwards a little: the kernel does not keep them exact.
            let otherTime = notBusy > earlier.notBusy ? Double(notBusy &- earlier.notBusy) : 0
            let time = busyTime + otherTime
            return time > 0 ? 100 * busyTime / time : nil
        }
    }

    /// One sample.
    struct Sample {
        var monotonicNanoseconds: UInt64 = 0
        var total = Load()
        /// By the CPU's number; a CPU that was offline has a load of nothing.
        var cpus: [Load] = []
    }

    /// Samples nearer to the one before are not kept, so that frequent scrapes cannot push out what is a second old.
    private static let shortestNanoseconds: UInt64 = 250_000_000
    /// A second of samples as near as that, and some more.
    private static let capacity = 8

    private var ring: [Sample] = []
    private var newest = -1

    /// Keeps a sample, unless it is too near to the one before.
    mutating func add(_ times: CPUTimes) {
        guard let total = times.total else { return }
        if ring.indices.contains(newest),
            times.monotonicNanoseconds < ring[newest].monotonicNanoseconds &+ CPUHistory.shortestNanoseconds
        {
            return
        }
        newest = (newest + 1) % CPUHistory.capacity
        if newest == ring.count { ring.append(Sample()) }
        ring[newest].monotonicNanoseconds = times.monotonicNanoseconds
        ring[newest].total = Load(busy: total.busy, notBusy: total.notBusy)
        for index in ring[newest].cpus.indices { ring[newest].cpus[index] = Load() }
        for cpu in times.cpus {
            while ring[newest].cpus.count <= cpu.number { ring[newest].cpus.append(Load()) }
            ring[newest].cpus[cpu.number] = Load(busy: cpu.jiffies.busy, notBusy: cpu.jiffies.notBusy)
        }
    }

    /// The newest sample that is at least `age` older than a time; nil where there is none.
    func newest(before monotonicNanoseconds: UInt64, by age: UInt64) -> Sample? {
        for step in 0..<ring.count {
            let sample = ring[(newest + ring.count - step) % ring.count]
            if sample.monotonicNanoseconds &+ age <= monotonicNanoseconds { return sample }
        }
        return nil
    }
}

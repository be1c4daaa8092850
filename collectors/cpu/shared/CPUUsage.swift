// SPDX-License-Identifier: Apache-2.0

/// How busy the CPUs were between now and the newest sample that is at least a second old.
///
/// Good only inside of the closure that it is given to.
struct CPUUsage {
    /// How old the sample must be.
    private static let leastNanoseconds: UInt64 = 1_000_000_000

    private let now: CPUTimes
    private let then: CPUHistory.Sample?

    init(now: CPUTimes, history: CPUHistory) {
        self.now = now
        then = history.newest(before: now.monotonicNanoseconds, by: CPUUsage.leastNanoseconds)
    }

    /// Busy share of all CPUs, 0 to 100; nil in the first second.
    var totalPercent: Double? {
        guard let then, let total = now.total else { return nil }
        return CPUHistory.Load(busy: total.busy, notBusy: total.notBusy).percent(since: then.total)
    }

    /// The indices of the CPUs that are online.
    var cpus: Range<Int> { now.cpus.indices }

    /// A CPU's number and its busy share, 0 to 100; nil in the first second and where it was offline then.
    func percent(at index: Int) -> (cpu: Int, percent: Double)? {
        guard let then, now.cpus.indices.contains(index) else { return nil }
        let cpu = now.cpus[index]
        guard then.cpus.indices.contains(cpu.number) else { return nil }
        let load = CPUHistory.Load(busy: cpu.jiffies.busy, notBusy: cpu.jiffies.notBusy)
        guard let percent = load.percent(since: then.cpus[cpu.number]) else { return nil }
        return (cpu.number, percent)
    }
}

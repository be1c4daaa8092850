// SPDX-License-Identifier: Apache-2.0

/// Keeps every CPU's counters from going backwards, which the kernel's own idle and iowait do now and then.
struct MonotonicJiffies {
    private struct Shown {
        var jiffies = Jiffies()
        var round: UInt64 = 0
    }

    /// Idle time that fell by 3 s was not read inexactly: the CPU was taken away and brought back, and all of its
    /// counters start again.
    private static let jumpBackJiffies: UInt64 = 300

    /// By the CPU's number.
    private var shown: [Shown] = []
    private var round: UInt64 = 0

    /// Starts a collection.
    ///
    /// A CPU that the one before did not have starts again.
    mutating func beginRound() {
        round &+= 1
    }

    /// The times to show for a CPU: of each the greatest that was seen.
    mutating func advance(_ cpu: CPUTimes.CPU) -> Jiffies {
        guard cpu.number >= 0 else { return cpu.jiffies }
        while shown.count <= cpu.number { shown.append(Shown()) }
        let new = cpu.jiffies
        var old = shown[cpu.number].jiffies
        let isContinued = shown[cpu.number].round >= round &- 1
        if !isContinued || old.idle > new.idle && old.idle &- new.idle >= MonotonicJiffies.jumpBackJiffies {
            old = Jiffies()
        }
        old.user = max(old.user, new.user)
        old.nice = max(old.nice, new.nice)
        old.system = max(old.system, new.system)
        old.idle = max(old.idle, new.idle)
        old.iowait = max(old.iowait, new.iowait)
        old.irq = max(old.irq, new.irq)
        old.softirq = max(old.softirq, new.softirq)
        old.steal = max(old.steal, new.steal)
        old.guest = max(old.guest, new.guest)
        old.guestNice = max(old.guestNice, new.guestNice)
        shown[cpu.number] = Shown(jiffies: old, round: round)
        return old
    }
}

// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// The time that a CPU, or all of them, spent since boot, by what it did, in units of 10 ms.
///
/// Columns that an old kernel does not have are 0.
struct Jiffies {
    var user: UInt64 = 0
    var nice: UInt64 = 0
    var system: UInt64 = 0
    var idle: UInt64 = 0
    var iowait: UInt64 = 0
    var irq: UInt64 = 0
    var softirq: UInt64 = 0
    var steal: UInt64 = 0
    /// A part of `user`.
    var guest: UInt64 = 0
    /// A part of `nice`.
    var guestNice: UInt64 = 0

    /// No time at all.
    init() {}

    /// The columns of a line behind its name; nil where there are none or one is no number.
    init?(_ columns: inout ByteScanner) {
        guard let first = columns.nextUnsigned() else { return nil }
        var isGood = true
        user = first
        nice = Jiffies.next(&columns, &isGood)
        system = Jiffies.next(&columns, &isGood)
        idle = Jiffies.next(&columns, &isGood)
        iowait = Jiffies.next(&columns, &isGood)
        irq = Jiffies.next(&columns, &isGood)
        softirq = Jiffies.next(&columns, &isGood)
        steal = Jiffies.next(&columns, &isGood)
        guest = Jiffies.next(&columns, &isGood)
        guestNice = Jiffies.next(&columns, &isGood)
        if !isGood { return nil }
    }

    /// Everything but idle and waiting.
    var busy: UInt64 { user &+ nice &+ system &+ irq &+ softirq &+ steal }

    /// Idle, waiting for disks included.
    var notBusy: UInt64 { idle &+ iowait }

    private static func next(_ columns: inout ByteScanner, _ isGood: inout Bool) -> UInt64 {
        guard let field = columns.nextField() else { return 0 }
        guard let value = field.unsigned else {
            isGood = false
            return 0
        }
        return value
    }
}

/// One reading of /proc/stat, in the kernel's units; what is not there is nil.
///
/// Source: proc_stat(5).
struct CPUTimes {
    /// The time of one CPU that is online.
    struct CPU {
        let number: Int
        let jiffies: Jiffies
    }

    /// When the file was read.
    private(set) var monotonicNanoseconds: UInt64 = 0
    /// All CPUs together.
    private(set) var total: Jiffies?
    /// The CPUs that are online, in the kernel's order.
    private(set) var cpus: [CPU] = []
    /// Interrupts served.
    private(set) var interrupts: UInt64?
    /// Context switches.
    private(set) var contextSwitches: UInt64?
    /// Seconds since 1970 at boot.
    private(set) var bootTimeSeconds: UInt64?
    /// Processes and threads made.
    private(set) var forks: UInt64?
    /// Tasks that run or could.
    private(set) var running: UInt64?
    /// Tasks that wait for a disk.
    private(set) var blocked: UInt64?
    /// Soft interrupts by kind, in the order of the kernel's `enum` in include/linux/interrupt.h.
    private(set) var softirqs: [UInt64] = []
    /// Lines of CPUs that could not be read.
    private(set) var malformedCPULines = 0
    /// Other known lines that could not be read.
    private(set) var malformedLines = 0

    /// True where nothing known was found.
    var isEmpty: Bool {
        interrupts == nil && contextSwitches == nil && bootTimeSeconds == nil && forks == nil && running == nil
            && blocked == nil && softirqs.isEmpty
    }

    /// Takes over another reading of the file.
    ///
    /// Reuses memory.
    mutating func take(_ bytes: Bytes, at monotonicNanoseconds: UInt64) {
        self.monotonicNanoseconds = monotonicNanoseconds
        total = nil
        cpus.removeAll(keepingCapacity: true)
        softirqs.removeAll(keepingCapacity: true)
        interrupts = nil
        contextSwitches = nil
        bootTimeSeconds = nil
        forks = nil
        running = nil
        blocked = nil
        malformedCPULines = 0
        malformedLines = 0
        var lines = ByteScanner(bytes)
        while let line = lines.nextLine() {
            var fields = ByteScanner(line)
            guard let key = fields.nextField() else { continue }
            if key.hasPrefix("cpu") {
                if !takeCPU(key, &fields) { malformedCPULines += 1 }
            } else if !takeOther(key, &fields) {
                malformedLines += 1
            }
        }
    }

    private mutating func takeCPU(_ key: Bytes, _ fields: inout ByteScanner) -> Bool {
        guard let jiffies = Jiffies(&fields) else { return false }
        if key == "cpu" {
            total = jiffies
            return true
        }
        guard let number = CPUNumbers.number(ofFolder: key) else { return false }
        cpus.append(CPU(number: number, jiffies: jiffies))
        return true
    }

    private mutating func takeOther(_ key: Bytes, _ fields: inout ByteScanner) -> Bool {
        switch key[0] {
        // intr, ctxt, btime, processes and procs_*, softirq; the first letters keep the comparisons few.
        case 0x69 where key == "intr": return CPUTimes.take(&interrupts, &fields)
        case 0x63 where key == "ctxt": return CPUTimes.take(&contextSwitches, &fields)
        case 0x62 where key == "btime": return CPUTimes.take(&bootTimeSeconds, &fields)
        case 0x70 where key == "processes": return CPUTimes.take(&forks, &fields)
        case 0x70 where key == "procs_running": return CPUTimes.take(&running, &fields)
        case 0x70 where key == "procs_blocked": return CPUTimes.take(&blocked, &fields)
        case 0x73 where key == "softirq": return takeSoftirqs(&fields)
        // What other kernels have, `page 0 0` for instance.
        default: return fields.nextUnsigned() != nil
        }
    }

    private mutating func takeSoftirqs(_ fields: inout ByteScanner) -> Bool {
        // The first number is the sum of the others.
        guard fields.nextUnsigned() != nil else { return false }
        while let field = fields.nextField() {
            guard let value = field.unsigned else {
                softirqs.removeAll(keepingCapacity: true)
                return false
            }
            softirqs.append(value)
        }
        return true
    }

    private static func take(_ number: inout UInt64?, _ fields: inout ByteScanner) -> Bool {
        number = fields.nextUnsigned()
        return number != nil
    }
}

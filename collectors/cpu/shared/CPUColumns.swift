// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// The columns of a table that has one for each CPU: /proc/interrupts, /proc/softirqs.
struct CPUColumns {
    /// The CPUs of the columns; those that are offline have none in /proc/interrupts.
    private(set) var cpus: [Int] = []
    /// The numbers of the row that was read last.
    private(set) var counts: [UInt64] = []
    /// True where the last header was another one than the one before.
    private(set) var isChanged = false
    private var header: [UInt8] = []

    /// Reads the line `CPU0   CPU1   CPU3`; false where it is none.
    mutating func readHeader(_ line: Bytes) -> Bool {
        isChanged = line != header
        guard isChanged else { return true }
        header = []
        var found: [Int] = []
        var words = ByteScanner(line)
        while let word = words.nextField() {
            guard word.hasPrefix("CPU"), let cpu = word.from(3).unsigned, cpu < UInt64(CPUNumbers.limit) else {
                return false
            }
            found.append(Int(cpu))
        }
        guard !found.isEmpty else { return false }
        cpus = found
        header = line.array
        return true
    }

    /// Reads a number for each CPU; false where there are fewer.
    mutating func readCounts(_ words: inout ByteScanner) -> Bool {
        counts.removeAll(keepingCapacity: true)
        for _ in cpus {
            guard let count = words.nextUnsigned() else { return false }
            counts.append(count)
        }
        return true
    }
}

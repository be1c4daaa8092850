// SPDX-License-Identifier: Apache-2.0

import Exposition
import Glibc
import KernelFiles

/// Reads what the kernel says of this process.
///
/// Source: /proc/self/statm, /proc/self/task and /proc/self/fd, proc(5). /proc/self/stat has more of it in one place,
/// but sums up over all threads and costs three times as much.
struct ProcessReader {
    private let memoryFile = KernelFile(oneRead: "/proc/self/statm")
    private let pageSize = UInt64(getpagesize())
    private let limits = ProcessLimits()
    private let threads = KernelDirectory("/proc/self/task")
    private let descriptors = KernelDirectory("/proc/self/fd")
    private let startSeconds: Double?
    private var reader = ReaderBox()

    /// Holds the reader, which cannot be copied.
    private final class ReaderBox {
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 8))
    }

    init() {
        startSeconds = ProcessReader.startTime()
    }

    func write(to writer: inout MetricWriter<AgentMetric>) {
        reader.reader.beginCollection(scrape: 0)
        var now = timespec()
        if unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0 {
            let microseconds = UInt64(now.tv_sec) &* 1_000_000 &+ UInt64(now.tv_nsec) / 1_000
            writer.write(AgentMetric.processCPU, SampleValue.decimal(microseconds, scale: 6))
        }
        writeMemory(to: &writer)
        // A directory has two links and one for each directory in it: here one for each thread.
        if let links = threads.linksAndSize()?.links, links > 2 { writer.write(AgentMetric.processThreads, links - 2) }
        if let count = openDescriptors() { writer.write(AgentMetric.processOpenFDs, count) }
        if let descriptors = limits.descriptors { writer.write(AgentMetric.processMaxFDs, descriptors) }
        // The Go client, which named this metric, shows no limit as 2^64.
        if let bytes = limits.virtualBytes { writer.write(AgentMetric.processVirtualMax, bytes) }
        if let startSeconds { writer.write(AgentMetric.processStart, startSeconds) }
    }

    private func writeMemory(to writer: inout MetricWriter<AgentMetric>) {
        guard let bytes = try? reader.reader.contents(of: memoryFile) else { return }  // Absent values are left out.
        var fields = ByteScanner(bytes)
        guard let virtualPages = fields.nextUnsigned(), let residentPages = fields.nextUnsigned() else { return }
        writer.write(AgentMetric.processVirtual, virtualPages &* pageSize)
        writer.write(AgentMetric.processResident, residentPages &* pageSize)
    }

    /// Kernels from 6.2 on tell the number of descriptors as the size of the directory; older ones have it listed.
    private func openDescriptors() -> Int? {
        if let size = descriptors.linksAndSize()?.size, size > 0 { return size }
        guard var names = try? reader.reader.list(descriptors) else { return nil }  // Absent: left out.
        var count = 0
        while names.next() != nil { count += 1 }
        return count
    }

    /// The start in seconds since 1970, from the clocks.
    ///
    /// /proc/stat has the boot's time too, but in a container it may be a file of a FUSE file system that hangs, and
    /// then the agent would never start.
    private static func startTime() -> Double? {
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 0))
        guard let stat = try? reader.contents(ofPath: "/proc/self/stat"),  // Absent: left out.
            let close = stat.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        var fields = ByteScanner(stat.from(close + 1))
        fields.skipFields(19)
        var now = timespec()
        var sinceBoot = timespec()
        guard let ticks = fields.nextUnsigned(), unsafe clock_gettime(CLOCK_REALTIME, &now) == 0,
            unsafe clock_gettime(CLOCK_BOOTTIME, &sinceBoot) == 0
        else { return nil }
        let boot = Double(now.tv_sec - sinceBoot.tv_sec) + Double(now.tv_nsec - sinceBoot.tv_nsec) / 1e9
        // The kernel counts in ticks of 10 ms, so more digits would say nothing.
        return ((boot + Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))) * 100).rounded() / 100
    }
}

/// Limits of this process, which it sets itself before the first scrape and nobody changes.
private struct ProcessLimits {
    let descriptors: UInt64?
    let virtualBytes: UInt64?

    init() {
        func current(_ resource: __rlimit_resource) -> UInt64? {
            var limit = rlimit()
            guard unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else { return nil }
            return UInt64(limit.rlim_cur)
        }
        descriptors = current(RLIMIT_NOFILE)
        virtualBytes = current(RLIMIT_AS)
    }
}

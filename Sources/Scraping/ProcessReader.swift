// SPDX-License-Identifier: Apache-2.0

import Exposition
import Glibc
import KernelFiles

/// Reads what the kernel says of this process.
///
/// Source: /proc/self/stat and /proc/self/fd, proc(5).
struct ProcessReader {
    private let statFile = KernelFile("/proc/self/stat")
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

    func write(to writer: inout MetricWriter) {
        reader.reader.beginCollection(scrape: 0)
        var now = timespec()
        if unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0 {
            let microseconds = UInt64(now.tv_sec) &* 1_000_000 &+ UInt64(now.tv_nsec) / 1_000
            writer.write(AgentMetric.processCPU, SampleValue.decimal(microseconds, scale: 6))
        }
        writeStat(to: &writer)
        if let count = openDescriptors() { writer.write(AgentMetric.processOpenFDs, count) }
        var limit = rlimit()
        if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            writer.write(AgentMetric.processMaxFDs, UInt64(limit.rlim_cur))
        }
        if unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 {
            // The Go client, which named this metric, shows no limit as 2^64.
            writer.write(AgentMetric.processVirtualMax, UInt64(limit.rlim_cur))
        }
        if let startSeconds { writer.write(AgentMetric.processStart, startSeconds) }
    }

    private func writeStat(to writer: inout MetricWriter) {
        guard let bytes = try? reader.reader.contents(of: statFile) else { return }  // Absent values are left out.
        // The command's name stands in parentheses and may hold anything; the fields behind it count from 3.
        guard let close = bytes.lastIndex(of: UInt8(ascii: ")")) else { return }
        var fields = ByteScanner(bytes.from(close + 1))
        fields.skipFields(17)
        let threads = fields.nextUnsigned()
        fields.skipFields(2)
        let virtualBytes = fields.nextUnsigned()
        let residentPages = fields.nextUnsigned()
        if let threads { writer.write(AgentMetric.processThreads, threads) }
        if let virtualBytes { writer.write(AgentMetric.processVirtual, virtualBytes) }
        if let residentPages { writer.write(AgentMetric.processResident, residentPages &* UInt64(getpagesize())) }
    }

    /// Kernels from 6.2 on tell the number of descriptors as the size of the directory; older ones have it listed.
    private func openDescriptors() -> Int? {
        var status = stat()
        if unsafe stat("/proc/self/fd", &status) == 0, status.st_size > 0 { return Int(status.st_size) }
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

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Glibc
import KernelFiles

/// /proc/stat, read at most once a scrape for all collectors that need it, and the samples by which they tell how busy
/// the CPUs were.
final class CPUTimesSource: SamplingSource, @unchecked Sendable {
    // Everything mutable is used only by who holds `state`.
    private let state = ItemState()
    private let file: KernelFile
    private var times = CPUTimes()
    private var history = CPUHistory()
    /// The scrape that `times` were read in, 0 for none.
    private var scrape: UInt64 = 0

    /// The file that is read.
    var path: String { file.path }

    init(roots: Roots) {
        file = KernelFile(roots.proc("stat"))
    }

    /// The one source of a process.
    static func shared(_ context: CollectorContext) throws(ConfigurationError) -> CPUTimesSource {
        try context.sources.shared(CPUTimesSource.self) { CPUTimesSource(roots: context.roots) }
    }

    /// Shows this scrape's times; nil where there is no such file.
    func times<Result>(
        from reader: inout KernelFileReader, _ body: (CPUTimes) throws(CollectorError) -> Result
    ) throws(CollectorError) -> Result? {
        try take()
        defer { state.finish(scrape: scrape) }
        guard try update(from: &reader) else { return nil }
        return try body(times)
    }

    /// Shows how busy the CPUs were between this scrape and a second or more ago; nil where there is no such file.
    func usage<Result>(
        from reader: inout KernelFileReader, _ body: (CPUUsage) throws(CollectorError) -> Result
    ) throws(CollectorError) -> Result? {
        try take()
        defer { state.finish(scrape: scrape) }
        guard try update(from: &reader) else { return nil }
        return try body(CPUUsage(now: times, history: history))
    }

    func sample(from reader: inout KernelFileReader) {
        // A sample that cannot be taken is one that is missing; the next scrape says why.
        do throws(CollectorError) {
            try take()
            defer { state.finish(scrape: scrape) }
            _ = try read(from: &reader)
        } catch {}
    }

    /// Waits for a reader that is about to end, but never for one that hangs: a sampler and a scrape meet for
    /// microseconds.
    private func take() throws(CollectorError) {
        for _ in 0..<100 {
            if state.begin() { return }
            usleep(100)
        }
        throw .busy(path)
    }

    private func update(from reader: inout KernelFileReader) throws(CollectorError) -> Bool {
        if scrape != 0, scrape == reader.scrape { return true }
        guard try read(from: &reader) else { return false }
        scrape = reader.scrape
        return true
    }

    private func read(from reader: inout KernelFileReader) throws(CollectorError) -> Bool {
        guard let bytes = try reader.readIfPresent(file) else { return false }
        times.take(bytes, at: Clock.monotonicNanoseconds())
        history.add(times)
        return true
    }
}

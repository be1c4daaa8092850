// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles

/// /proc/stat, read at most once a scrape for all collectors that need it, and the samples from which they compute how
/// busy the CPUs were.
final class CPUTimesSource: SamplingSource {
    private struct State {
        let file: KernelFile
        var times = CPUTimes()
        var history = CPUHistory()
        /// The scrape that `times` were read in, 0 for none.
        var scrape: UInt64 = 0

        mutating func read(from reader: inout KernelFileReader) throws(CollectorError) -> Bool {
            guard let bytes = try reader.readIfPresent(file) else { return false }
            times.take(bytes, at: Clock.monotonicNanoseconds())
            history.add(times)
            return true
        }

        /// False where there is no such file.
        mutating func update(from reader: inout KernelFileReader) throws(CollectorError) -> Bool {
            if scrape != 0, scrape == reader.scrape { return true }
            guard try read(from: &reader) else { return false }
            scrape = reader.scrape
            return true
        }
    }

    /// The file that is read.
    let path: String
    private let state: Guarded<State>

    init(context: CollectorContext) {
        path = context.roots.proc("stat")
        state = Guarded(State(file: KernelFile(inOnePiece: path)))
    }

    /// The samples go on: what they are of does not depend on any flag that can change.
    func continues(in context: CollectorContext) -> Bool { true }

    /// Shows this scrape's times; nil where there is no such file.
    func times<Result>(
        from reader: inout KernelFileReader, _ body: (CPUTimes) throws(CollectorError) -> Result
    ) throws(CollectorError) -> Result? {
        try use(&reader) { (state) throws(CollectorError) in try body(state.times) }
    }

    /// Shows how busy the CPUs were between this scrape and a second or more ago; nil where there is no such file.
    func usage<Result>(
        from reader: inout KernelFileReader, _ body: (CPUUsage) throws(CollectorError) -> Result
    ) throws(CollectorError) -> Result? {
        try use(&reader) { (state) throws(CollectorError) in
            try body(CPUUsage(now: state.times, history: state.history))
        }
    }

    func sample(from reader: inout KernelFileReader) {
        // A sample that cannot be taken is one that is missing; the next scrape says why.
        do throws(CollectorError) {
            _ = try state.useSoon { (state) throws(CollectorError) in try state.read(from: &reader) }
        } catch {}
    }

    /// A sampler and a scrape meet for microseconds, so that one waits for the other, but never for one that hangs.
    private func use<Result>(
        _ reader: inout KernelFileReader, _ body: (State) throws(CollectorError) -> Result
    ) throws(CollectorError) -> Result? {
        let result = try state.useSoon { (state) throws(CollectorError) -> Result? in
            guard try state.update(from: &reader) else { return nil }
            return try body(state)
        }
        guard let result else { throw .busy(path) }
        return result
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles

/// One thing that a worker does at a time: what it is left behind with when it hangs.
enum LaneTask {
    /// Finds out which sources this scrape needs, of those whose own needs are met, and starts their lanes.
    case startSources
    /// Runs a collector, by its index.
    case collect(Int)
    /// Lists a source's items.
    case list(any LaneSource)
    /// Reads a step of an item.
    case item(any LaneItem, step: Int)
    /// Lets a source take its periodic sample.
    case sample(any SamplingSource)
}

/// A worker thread.
///
/// One that hangs is abandoned with all it holds, and another one takes its lane.
final class Worker {
    let signal = WorkerSignal()
    var isAbandoned = false
    var task: LaneTask?
    var taskStartedNanoseconds: UInt64 = 0
}

/// A list of tasks that one worker walks: the kernel lane, a lane of sources, or a collector's own.
final class Lane {
    /// For threads and logs.
    let name: String
    /// Its place in the scraper's list.
    let index: Int
    /// The indices of the sources that are read in it.
    let sources: [Int]
    var worker: Worker?
    /// What is left of the running scrape.
    private var tasks: [LaneTask] = []
    private var next = 0
    /// False while the running scrape still waits for this lane.
    var isDone = true

    init(_ index: Int, name: String, sources: [Int] = []) {
        self.index = index
        self.name = name
        self.sources = sources
    }

    var hasNext: Bool { next < tasks.count }

    func takeNext() -> LaneTask? {
        guard next < tasks.count else { return nil }
        defer { next += 1 }
        return tasks[next]
    }

    func append(_ task: LaneTask) { tasks.append(task) }

    /// Begins a scrape, or a sample, with these tasks.
    func begin(_ first: [LaneTask]) {
        tasks.removeAll(keepingCapacity: true)
        tasks.append(contentsOf: first)
        next = 0
    }

    /// Forgets what it has not begun.
    func cut() {
        tasks.removeAll(keepingCapacity: true)
        next = 0
        isDone = true
    }
}

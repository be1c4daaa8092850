// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles
import Pages

/// One thing a worker does at a time: what is abandoned when it hangs.
enum LaneTask {
    /// Finds out which source lanes this scrape needs and starts them.
    case begin
    /// Runs the collector of a slot.
    case collect(slot: Int)
    /// Lists a source's items.
    case discover(any ItemSource)
    /// Reads an item.
    case item(any SourceItem)
    /// Lets a source take its periodic sample.
    case sample(any SamplingSource)
}

/// A worker thread with its reader.
///
/// When it hangs it is abandoned with all it holds and another one takes its lane.
final class Worker {
    let bell = Bell()
    var isAbandoned = false
    var task: LaneTask?
    var taskStartedNanoseconds: UInt64 = 0
}

/// A list of tasks that one worker walks.
final class Lane {
    /// The source whose items it reads; nil for the kernel lane.
    let source: (any ItemSource)?
    var worker: Worker?
    /// What is left of the running scrape.
    var tasks: [LaneTask] = []
    var next = 0
    /// False while the running scrape still waits for this lane.
    var isDone = true

    init(source: (any ItemSource)?) {
        self.source = source
    }

    var name: String { source?.laneName ?? "kernel" }

    /// Forgets what it has not begun.
    func cut() {
        tasks.removeAll(keepingCapacity: true)
        next = 0
        isDone = true
    }

    func takeNext() -> LaneTask? {
        guard next < tasks.count else { return nil }
        defer { next += 1 }
        return tasks[next]
    }

    var hasNext: Bool { next < tasks.count }
}

/// A scrape that runs or waits to run.
final class ScrapeJob {
    struct Waiter {
        let format: Int
        let completion: @Sendable (PageAnswer) -> Void
    }

    let number: UInt64
    /// Indices of the slots asked for, ascending.
    let slots: [Int]
    var deadlineNanoseconds: UInt64
    var startedNanoseconds: UInt64 = 0
    var waiters: [Waiter] = []
    /// Slots whose collectors came back within this scrape.
    var finished: [Bool]
    var areSourcesDone = false
    var isComposing = false

    init(number: UInt64, slots: [Int], slotCount: Int, deadlineNanoseconds: UInt64) {
        self.number = number
        self.slots = slots
        self.deadlineNanoseconds = deadlineNanoseconds
        finished = Array(repeating: false, count: slotCount)
    }
}

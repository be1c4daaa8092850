// SPDX-License-Identifier: Apache-2.0

import Glibc
public import KernelFiles
import Synchronization

/// Reads that do not answer: the threads that make them wait until `letGo`.
///
/// A driver that is given one reads every item, and runs every collector, in a thread of its own, and goes on as soon
/// as that thread is done or waits here.
public final class HangingReads: Sendable {
    private struct State {
        /// Given when the thread that was started last is done, or waits.
        var current: ThreadSignal?
        /// What the waiting threads wait for.
        var waiting: [ThreadSignal] = []
        /// Threads that have not come back.
        var runningCount = 0
        var isOver = false
    }

    private let paths: Set<String>
    private let state = Mutex(State())
    private let allBack = ThreadSignal()

    /// Reads of these paths hang.
    public init(_ paths: Set<String>) {
        self.paths = paths
    }

    /// The conditions under which a driver reads: those of `base`, and threads that read one of the paths wait.
    public func conditions(_ base: ReadConditions = .kernel) -> ReadConditions {
        let failure = base.failure
        return ReadConditions(longestRead: base.longestRead) { [self] path in
            let errno = failure?(path) ?? 0
            guard errno == 0, paths.contains(path) else { return errno }
            // What the kernel says of a device that is given up at last; whoever comes later finds it well.
            return hang() ? EIO : 0
        }
    }

    /// Waits until `letGo`; false where that was before.
    private func hang() -> Bool {
        let release = ThreadSignal()
        let current: ThreadSignal? = state.withLock { state in
            if state.isOver { return nil }
            state.waiting.append(release)
            return state.current
        }
        // Without one nobody waits any more, or the read is no driver's.
        guard let current else { return false }
        current.give()
        release.wait()
        return true
    }

    /// Runs `body` in a thread; nil where it hangs.
    func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) -> Result? {
        let signal = ThreadSignal()
        state.withLock { state in
            state.current = signal
            state.runningCount += 1
        }
        let result = Answer<Result>()
        let isStarted = DetachedThread.start("fixture") { [self] in
            let value = body()
            result.value.withLock { $0 = value }
            let isLast = state.withLock { state in
                state.runningCount -= 1
                return state.isOver && state.runningCount == 0
            }
            signal.give()
            if isLast { allBack.give() }
        }
        precondition(isStarted, "the system gives no thread")
        signal.wait()
        return result.value.withLock { $0 }
    }

    private final class Answer<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }

    /// Goes on without the thread that runs just now, because it hangs in something else than a read.
    public func leaveCurrent() {
        state.withLock { $0.current }?.give()
    }

    /// Number of threads that hang.
    public var hangingCount: Int { state.withLock(\.waiting.count) }

    /// Lets all threads go and waits until they are back; whoever comes later does not wait.
    public func letGo() {
        let (waiting, hasRunning) = state.withLock { state in
            state.isOver = true
            let waiting = state.waiting
            state.waiting = []
            return (waiting, state.runningCount > 0)
        }
        for release in waiting { release.give() }
        if hasRunning { allBack.wait() }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc
import KernelFiles

/// The one lock of the scraper.
///
/// Held for the length of a look or a note, never while something is read.
@safe
final class ScrapeLock: @unchecked Sendable {
    // Sendable: a mutex, and a list that is touched only by who holds it.

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    /// Workers to be woken once the lock is given away: who is woken while it is still held runs straight into it.
    private var waking: (WorkerSignal?, WorkerSignal?, WorkerSignal?) = (nil, nil, nil)
    private var isWaking = false

    init() {
        // On the heap, because a mutex must not move.
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    func lock() { unsafe pthread_mutex_lock(mutex) }

    func unlock() {
        guard isWaking else {
            unsafe pthread_mutex_unlock(mutex)
            return
        }
        let woken = waking
        waking = (nil, nil, nil)
        isWaking = false
        unsafe pthread_mutex_unlock(mutex)
        woken.0?.give()
        woken.1?.give()
        woken.2?.give()
    }

    /// Wakes a worker when the lock is given away.
    ///
    /// Called with the lock held.
    func wakeLater(_ signal: WorkerSignal) {
        isWaking = true
        if waking.0 == nil {
            waking.0 = signal
        } else if waking.1 == nil {
            waking.1 = signal
        } else if waking.2 == nil {
            waking.2 = signal
        } else {
            signal.give()
        }
    }

    func holding<Result>(_ body: () -> Result) -> Result {
        lock()
        defer { unlock() }
        return body()
    }
}

/// What a worker waits for until its lane has a task.
final class WorkerSignal: Sendable {
    private let signal = ThreadSignal()

    func give() { signal.give() }

    /// Waits with the lock held; it is given away meanwhile.
    ///
    /// Whoever has something for the worker says so with the lock held and signals afterwards, so what comes after the
    /// worker looked is signalled after the signal was cleared.
    func wait(with lock: ScrapeLock) {
        signal.clear()
        lock.unlock()
        signal.wait()
        lock.lock()
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What one thread waits for and others give it; one that is given before the wait is not lost.
@safe
public final class ThreadSignal: @unchecked Sendable {
    // Sendable: `isGiven` is touched only with the mutex held.

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var isGiven = false

    /// A signal that is not given.
    public init() {
        // On the heap, because neither may move.
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe condition.initialize(to: pthread_cond_t())
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Gives the signal; the thread that waits for it goes on.
    public func give() {
        unsafe pthread_mutex_lock(mutex)
        isGiven = true
        // Unlocked first: who wakes up would have to wait for the mutex at once.
        unsafe pthread_mutex_unlock(mutex)
        unsafe pthread_cond_signal(condition)
    }

    /// Forgets a signal that was given.
    public func clear() {
        unsafe pthread_mutex_lock(mutex)
        isGiven = false
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Waits until the signal is given, and returns at once where it is.
    public func wait() {
        unsafe pthread_mutex_lock(mutex)
        while !isGiven { unsafe pthread_cond_wait(condition, mutex) }
        unsafe pthread_mutex_unlock(mutex)
    }
}

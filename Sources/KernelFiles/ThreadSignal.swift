// SPDX-License-Identifier: Apache-2.0

import CKernel

/// What one thread waits for and others give it; one that is given before the wait is not lost.
///
/// A futex alone, where a condition variable would cost each wait a mutex that is taken again with a system call.
@safe
public final class ThreadSignal: @unchecked Sendable {
    // All threads reach the word through atomic operations.
    private let word: UnsafeMutablePointer<UInt32>

    /// A signal that is not given.
    public init() {
        unsafe word = .allocate(capacity: 1)
        unsafe word.initialize(to: 0)
    }

    deinit {
        unsafe word.deallocate()
    }

    /// Gives the signal; the thread that waits for it goes on.
    public func give() {
        unsafe ckernel_signal(word)
    }

    /// Forgets a signal that was given.
    public func clear() {
        unsafe ckernel_clear(word)
    }

    /// Waits until the signal is given, and returns at once where it is.
    public func wait() {
        unsafe ckernel_wait(word)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc
import KernelFiles

/// The one lock of the scraper.
///
/// Held for the length of a look or a note, never while something is read.
@safe
final class Gate: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

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

    /// Bells to be rung once the gate is open: who is woken while it is still shut runs straight into it.
    private var bells: (Bell?, Bell?, Bell?) = (nil, nil, nil)
    private var hasBells = false

    func lock() { unsafe pthread_mutex_lock(mutex) }

    func unlock() {
        guard hasBells else {
            unsafe pthread_mutex_unlock(mutex)
            return
        }
        let ringing = bells
        bells = (nil, nil, nil)
        hasBells = false
        unsafe pthread_mutex_unlock(mutex)
        ringing.0?.ring()
        ringing.1?.ring()
        ringing.2?.ring()
    }

    /// Rings a bell when the gate is given away.
    ///
    /// Called with the gate held.
    func ringLater(_ bell: Bell) {
        hasBells = true
        if bells.0 == nil {
            bells.0 = bell
        } else if bells.1 == nil {
            bells.1 = bell
        } else if bells.2 == nil {
            bells.2 = bell
        } else {
            bell.ring()
        }
    }

    func holding<Result>(_ body: () -> Result) -> Result {
        lock()
        defer { unlock() }
        return body()
    }
}

/// What a worker waits at for its next task.
final class Bell: Sendable {
    private let signal = ThreadSignal()

    func ring() { signal.give() }

    /// Waits with the gate held; it is given away meanwhile.
    ///
    /// Whoever has something for the worker says so with the gate held and rings afterwards, so what comes after the
    /// worker looked rings after the bell was silenced.
    func wait(at gate: Gate) {
        signal.clear()
        gate.unlock()
        signal.wait()
        gate.lock()
    }
}

/// Starts detached threads.
enum WorkerThread {
    /// Collectors' frames are small; 8 MB each, the default, would only show as virtual memory.
    private static let stackBytes = 512 << 10

    private final class Start {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// False where the system gives no thread.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        unsafe pthread_attr_setstacksize(&attributes, stackBytes)
        let start = unsafe Unmanaged.passRetained(Start(body))
        var thread = pthread_t()
        let failure = unsafe pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, start.toOpaque())
        if failure != 0 { unsafe start.release() }
        return failure == 0
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Signals are blocked before the first thread starts and waited for on the main thread: no handler ever runs in the
/// middle of anything, and no further thread is needed.
package enum Signals {
    /// Blocks what `wait` waits for, in this thread and all that it starts, and ignores SIGPIPE.
    package static func prepare() {
        _ = signal(SIGPIPE, SIG_IGN)
        var set = waited
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for SIGTERM, SIGINT, SIGHUP or SIGUSR1 and returns which came.
    package static func wait() -> Int32 {
        var set = waited
        var signal: Int32 = 0
        while unsafe sigwait(&set, &signal) != 0 {}
        return signal
    }

    private static var waited: sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGUSR1] { unsafe sigaddset(&set, signal) }
        return set
    }
}

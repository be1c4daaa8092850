// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The monotonic clock.
public enum Clock {
    /// Nanoseconds of CLOCK_MONOTONIC.
    public static func monotonicNanoseconds() -> UInt64 {
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The time of day and its zone.
public enum WallClock {
    /// Nanoseconds since 1970 of CLOCK_REALTIME.
    public static func nanoseconds() -> Int64 {
        var now = timespec()
        // The call fills the struct and keeps no pointer.
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) &* 1_000_000_000 &+ Int64(now.tv_nsec)
    }

    /// The short name of this process's time zone and its offset to UTC, at a time in seconds since 1970.
    ///
    /// The zone (`TZ`, /etc/localtime) is read once in the life of a process.
    public static func zone(
        at seconds: Int64, copiedBy reader: inout KernelFileReader
    ) -> (name: Bytes, offsetSeconds: Int)? {
        var time = time_t(seconds)
        var parts = unsafe tm()
        // The name belongs to the C library and may go when the zone is read again, so it is copied at once.
        guard let _ = unsafe localtime_r(&time, &parts), let name = unsafe parts.tm_zone else { return nil }
        let text = unsafe UnsafeRawPointer(name).assumingMemoryBound(to: UInt8.self)
        let copy = unsafe reader.copy(Bytes(text, count: strnlen(name, 64)))
        return unsafe (copy, Int(parts.tm_gmtoff))
    }
}

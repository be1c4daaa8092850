// SPDX-License-Identifier: Apache-2.0

import CKernel
import Glibc

/// Why an event is not counted.
public struct PerfError: Error, Equatable, Sendable {
    /// The system's error number.
    public let errno: Int32

    /// True where this user may not count.
    public var isPermission: Bool { errno == EACCES || errno == EPERM }
}

/// Events of one CPU that count together and are read by one call.
///
/// Source: perf_event_open(2). Everything that runs on the CPU is counted, the kernel included.
public struct PerfEventGroup: ~Copyable, Sendable {
    /// What a read gives.
    public struct Reading: Equatable, Sendable {
        /// Nanoseconds for which the events were to count.
        public var enabledNanoseconds: UInt64 = 0
        /// Nanoseconds for which they did: less where the CPU has fewer counters than are wanted, which take turns.
        public var runningNanoseconds: UInt64 = 0
        /// The counts, in the order in which the events were added.
        public var counts: [UInt64] = []

        /// Nothing.
        public init() {}
    }

    /// Descriptors that are left for everything else in the process: connections, files, devices.
    private static let reserve: Int32 = 128

    private let cpu: Int32
    private var descriptors: [Int32] = []
    private var words: [UInt64] = []

    /// A group without events on a CPU.
    public init(cpu: Int) {
        self.cpu = Int32(clamping: cpu)
    }

    deinit {
        // Members before their leader.
        for descriptor in descriptors.reversed() { close(descriptor) }
    }

    /// The number of events.
    public var count: Int { descriptors.count }

    /// Adds an event, which counts from now on.
    ///
    /// - Throws: `EINVAL` or `ENOSPC` where the CPU cannot count it together with the others, `ENOENT` where it cannot at
    ///   all, `ENODEV` for a CPU that is offline, `EMFILE` where too few descriptors would be left.
    public mutating func add(type: UInt32, config: UInt64) throws(PerfError) {
        let descriptor = ckernel_perf_open(type, config, cpu, descriptors.first ?? -1)
        guard descriptor >= 0 else { throw PerfError(errno: -descriptor) }
        var limit = rlimit()
        // The call fills the struct and keeps no pointer.
        if unsafe getrlimit(__rlimit_resource_t(7), &limit) == 0,
            UInt64(descriptor + Self.reserve) > UInt64(limit.rlim_cur)
        {
            close(descriptor)
            throw PerfError(errno: EMFILE)
        }
        descriptors.append(descriptor)
    }

    /// Reads all events.
    public mutating func read(into reading: inout Reading) throws(PerfError) {
        guard let leader = descriptors.first else { return }
        let wanted = 3 + descriptors.count
        if words.count != wanted { words = Array(repeating: 0, count: wanted) }
        // The call writes no further than the array reaches and keeps no pointer.
        let result = unsafe words.withUnsafeMutableBytes { unsafe Glibc.read(leader, $0.baseAddress, $0.count) }
        guard result == wanted * 8 else { throw PerfError(errno: result < 0 ? Glibc.errno : EIO) }
        reading.enabledNanoseconds = words[1]
        reading.runningNanoseconds = words[2]
        if reading.counts.count != descriptors.count {
            reading.counts = Array(repeating: 0, count: descriptors.count)
        }
        for at in descriptors.indices { reading.counts[at] = words[3 + at] }
    }
}

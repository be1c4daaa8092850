// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Remembers that a path of procfs or sysfs is not there, where only a module of the kernel can bring it.
///
/// Looking a missing path up costs 3 to 5 µs, asking whether the kernel has announced anything since costs 0.5. A module
/// is announced when its start is over, a class and a device when they are in place, so what is missing stays missing
/// while the count of announcements stays. Paths elsewhere, as in made-up trees, are looked up each time.
public final class AbsenceMemory: Sendable {
    private let isUsed: Bool
    private let events: @Sendable () -> UInt64?
    /// The count of announcements before the path was found to be missing; 0 where it was not.
    private let missingAt = Atomic<UInt64>(0)

    /// The memory for one path.
    public convenience init(_ path: String) {
        self.init(path, events: { KernelEvents.count })
    }

    /// For tests: `events` stands for the kernel's count.
    init(_ path: String, events: @escaping @Sendable () -> UInt64?) {
        isUsed = path.hasPrefix("/sys/") || path.hasPrefix("/proc/")
        self.events = events
    }

    /// The count now; nil where nothing can be remembered.
    ///
    /// It is to be taken before the path is looked up.
    public func now() -> UInt64? {
        isUsed ? events() : nil
    }

    /// True where the path was missing at that count.
    public func isMissing(at now: UInt64?) -> Bool {
        guard let now else { return false }
        return missingAt.load(ordering: .relaxed) == now
    }

    /// Takes down what a look-up found that began at that count.
    public func note(isMissing: Bool, at now: UInt64?) {
        missingAt.store(isMissing ? now ?? 0 : 0, ordering: .relaxed)
    }
}

/// How often the kernel has announced that a module, a class or a device came, changed or went.
///
/// Source: /sys/kernel/uevent_seqnum, kernel Documentation/ABI/testing/sysfs-kernel-uevent_seqnum; that a module is
/// announced after its start: kernel/module/main.c, do_init_module.
enum KernelEvents {
    private static let descriptor = Atomic<Int32>(-1)

    /// The count, never 0; nil where the kernel does not tell it.
    static var count: UInt64? {
        var file = descriptor.load(ordering: .acquiring)
        if file < 0 {
            file = unsafe open("/sys/kernel/uevent_seqnum", O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { return nil }
            let (exchanged, original) = descriptor.compareExchange(
                expected: -1, desired: file, ordering: .acquiringAndReleasing)
            if !exchanged {
                _ = close(file)
                file = original
            }
        }
        return unsafe withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { buffer -> UInt64? in
            guard let start = buffer.baseAddress else { return nil }
            let length = unsafe pread(file, start, buffer.count, 0)
            guard length > 0 else { return nil }
            let text = unsafe Bytes(UnsafePointer(start.assumingMemoryBound(to: UInt8.self)), count: length)
            guard let count = text.trimmed.unsigned, count > 0 else { return nil }
            return count
        }
    }
}

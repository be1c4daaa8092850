// SPDX-License-Identifier: Apache-2.0

import CKernel
import Synchronization

/// How many descriptors may be kept open at once, over all files of the process, where, and how long.
///
/// The kernel holds a page behind each kept procfs or sysfs file; above the budget files are opened and closed at
/// every read. What lies on an ordinary file system is never kept, because nobody could unmount that. A kept descriptor
/// leads to a file, not to a path, so all of them are let go when something is mounted or unmounted.
public final class DescriptorBudget: Sendable {
    /// The file systems on which descriptors may be kept.
    public enum Keeping: Sendable {
        /// Those of the kernel alone: procfs, sysfs, cgroups, SELinux.
        case kernelFilesystems
        /// All, for tests with made-up trees.
        case anywhere
    }

    /// PROC_SUPER_MAGIC, SYSFS_MAGIC, CGROUP2_SUPER_MAGIC, CGROUP_SUPER_MAGIC, SELINUX_MAGIC; source: linux/magic.h.
    private static let kernelFilesystems: [UInt64] = [0x9FA0, 0x6265_6572, 0x6367_7270, 0x27_E0EB, 0xF97C_FF8C]

    private let left: Atomic<Int>
    private let keeping: Keeping
    private let watch: Mutex<MountTableWatch>
    /// The scrape in which the mounts were looked at last.
    private let lookedIn = Atomic<UInt64>(.max)
    private let changes = Atomic<UInt64>(1)

    /// A budget of `limit` descriptors; `mountTable` is the mountinfo of this process.
    public init(
        limit: Int, keeping: Keeping = .kernelFilesystems, mountTable: String = "/proc/self/mountinfo"
    ) {
        left = Atomic(limit)
        self.keeping = keeping
        watch = Mutex(MountTableWatch(mountTable))
    }

    /// Counts the scrapes before which mounts had changed, from 1.
    var mountChanges: UInt64 { changes.load(ordering: .acquiring) }

    /// Looks once in a scrape whether mounts have changed.
    ///
    /// Whoever comes meanwhile waits for the microsecond that it takes, so that nobody uses what is outdated.
    func look(in scrape: UInt64) {
        guard lookedIn.load(ordering: .acquiring) != scrape else { return }
        watch.withLock { watch in
            guard lookedIn.load(ordering: .relaxed) != scrape else { return }
            if watch.hasChanged() { changes.add(1, ordering: .releasing) }
            lookedIn.store(scrape, ordering: .releasing)
        }
    }

    /// True for a descriptor on a file system on which it may be kept.
    func mayKeep(_ descriptor: Int32) -> Bool {
        if case .anywhere = keeping { return true }
        return DescriptorBudget.kernelFilesystems.contains(ckernel_filesystem_magic(descriptor))
    }

    /// Takes one; false where none is left.
    func take() -> Bool {
        if left.subtract(1, ordering: .relaxed).newValue >= 0 { return true }
        left.add(1, ordering: .relaxed)
        return false
    }

    /// Gives one back.
    func giveBack() {
        left.add(1, ordering: .relaxed)
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Caches of block devices on faster ones.
///
/// Source: /sys/fs/bcache, kernel Documentation/admin-guide/bcache.rst.
struct BcacheCollector: ClassCollector {
    static let priorityStats = Flag.toggle(
        "collector.bcache.priorityStats", help: "Show what a cache device is used for; dear to find out.")

    static let descriptor = CollectorDescriptor(
        name: "bcache", group: .disk, help: "Caches of block devices on faster ones (bcache).",
        reads: ["/sys/fs/bcache/*"], sources: [ClassDirectory<BcacheSet>.self], flags: [priorityStats],
        absentIsSuccess: true)

    let devices: ClassDirectory<BcacheSet>
}

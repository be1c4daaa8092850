// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles

/// The block devices that no hardware stands behind: arrays of md, maps of the device mapper.
///
/// They have a folder of their own, so that hosts with hundreds of disks need not list those in each scrape.
struct VirtualBlockDevices {
    private var own: WatchedDirectory
    private var all: WatchedDirectory
    private var isInOwn = false

    /// The devices below `--path.sysfs`.
    init(_ roots: Roots) {
        own = WatchedDirectory(roots.sys("devices/virtual/block"))
        all = WatchedDirectory(roots.sys("block"))
    }

    /// Lists the devices, and all others where the virtual ones have no folder.
    ///
    /// `missing` where there is no block device at all.
    mutating func list(from reader: inout KernelFileReader) throws(CollectorError) -> WatchedDirectory.Change {
        let change = try own.list(from: &reader)
        guard case .missing = change else {
            isInOwn = true
            return change
        }
        if isInOwn { all.forget() }
        isInOwn = false
        return try all.list(from: &reader)
    }

    /// Makes the next listing count as changed.
    mutating func forget() {
        own.forget()
        all.forget()
    }
}

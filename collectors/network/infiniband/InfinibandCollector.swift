// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// InfiniBand and RoCE adapters and their ports.
///
/// Source: /sys/class/infiniband, kernel Documentation/ABI/stable/sysfs-class-infiniband.
struct InfinibandCollector: ClassCollector {
    static let deviceInclude = Flag.pattern(
        "collector.infiniband.device-include",
        help: "The only adapters that are shown; not together with device-exclude.")
    static let deviceExclude = Flag.pattern(
        "collector.infiniband.device-exclude",
        help: "Adapters that are not shown; not together with device-include.")

    static let descriptor = CollectorDescriptor(
        name: "infiniband", group: .network, help: "InfiniBand and RoCE adapters: ports, traffic, errors.",
        reads: [
            "/sys/class/infiniband/*",
            "/sys/class/infiniband/*/ports/*/{state,phys_state,rate,counters/*,counters_ext/*,hw_counters/*}",
        ],
        sources: [ClassDirectory<InfinibandDevice>.self],
        flags: [
            deviceInclude,
            deviceExclude,
        ])

    let devices: ClassDirectory<InfinibandDevice>
}

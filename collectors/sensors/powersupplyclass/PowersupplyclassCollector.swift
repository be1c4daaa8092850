// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Batteries and mains adapters.
///
/// Source: /sys/class/power_supply, kernel Documentation/ABI/testing/sysfs-class-power.
struct PowersupplyclassCollector: ClassCollector {
    static let ignoredSupplies = Flag.pattern(
        "collector.powersupply.ignored-supplies", default: "^$",
        help: "Power supplies to leave out, as a regular expression of their names.")

    static let descriptor = CollectorDescriptor(
        name: "powersupplyclass", group: .sensors, help: "Batteries, chargers and mains adapters.",
        reads: ["/sys/class/power_supply/*"], sources: [ClassDirectory<PowerSupply>.self],
        flags: [
            ignoredSupplies
        ], absentIsSuccess: true)

    let devices: ClassDirectory<PowerSupply>
}

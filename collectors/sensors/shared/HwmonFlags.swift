// SPDX-License-Identifier: Apache-2.0

import CollectorKit

/// Which chips of /sys/class/hwmon are read, by the value of the label `chip` of the collector hwmon.
///
/// They hold for whoever reads a chip: one that is excluded because reading it disturbs its device is disturbed by
/// nobody.
enum HwmonFlags {
    static let chipInclude = Flag.pattern(
        "collector.hwmon.chip-include",
        help: "Chips to read, here and in sensors, as a regular expression of the label chip; "
            + "not together with chip-exclude.")
    static let chipExclude = Flag.pattern(
        "collector.hwmon.chip-exclude",
        help: "Chips to leave alone, here and in sensors, as a regular expression of the label chip.")

    /// The filter of both.
    static func chips(_ options: Options) throws(ConfigurationError) -> DeviceFilter {
        try DeviceFilter(options, include: chipInclude, exclude: chipExclude)
    }
}

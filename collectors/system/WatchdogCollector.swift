// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Timers that reset the machine when nobody sets them back in time.
///
/// Source: /sys/class/watchdog, kernel Documentation/ABI/testing/sysfs-class-watchdog.
struct WatchdogCollector: ClassCollector {
    static let descriptor = CollectorDescriptor(
        name: "watchdog", group: .system, help: "Watchdog timers: settings, state, time left.",
        reads: ["/sys/class/watchdog/*"], sources: [ClassDirectory<Watchdog>.self], absentIsSuccess: true)

    let devices: ClassDirectory<Watchdog>
}

/// One watchdog, whose driver may ask a chip that does not answer.
struct Watchdog: ClassDevice {
    struct Metric: FamilyTable {
        let rawValue: Int

        static let rows = [
            FamilyRow(
                "access_cs0",
                .gauge(
                    "node_watchdog_access_cs0", ["name"],
                    "1 where the machine booted from its other flash chip and can reach the first one.")),
            FamilyRow(
                "bootstatus",
                .gauge("node_watchdog_bootstatus", ["name"], "Status flags at boot; 32 says that it reset the machine.")
            ),
            FamilyRow(
                "fw_version", .gauge("node_watchdog_fw_version", ["name"], "Version of the watchdog's firmware.")),
            FamilyRow(
                "nowayout",
                .gauge("node_watchdog_nowayout", ["name"], "1 where it cannot be stopped once it is started.")),
            FamilyRow(
                "pretimeout",
                .gauge(
                    "node_watchdog_pretimeout_seconds", ["name"],
                    "How long before the reset its warning comes, in seconds; 0 for no warning.")),
            FamilyRow(
                "timeleft",
                .gauge("node_watchdog_timeleft_seconds", ["name"], "Time left until the reset, in seconds.")),
            FamilyRow(
                "timeout",
                .gauge("node_watchdog_timeout_seconds", ["name"], "Time after which it resets the machine, in seconds.")
            ),
            FamilyRow(
                .gauge(
                    "node_watchdog_info",
                    ["identity", "name", "options", "pretimeout_governor", "state", "status"],
                    "1 for each watchdog, with what it says about itself.")),
        ]
        static let info = named("node_watchdog_info")
    }

    static let className = "watchdog"
    static let noun = "watchdog"

    private let name: String
    private let numbers: AttributeFiles<Metric>
    private let info: AttributeLabels

    init?(name: String, folder: String, context: CollectorContext) {
        self.name = name
        numbers = AttributeFiles(Metric.fields, in: folder)
        info = AttributeLabels(
            ["identity", "options", "pretimeout_governor", "state", "status"], device: ("name", name), in: folder,
            missing: .empty)
    }

    mutating func read(from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>) {
        numbers.read(from: &reader, writer.labels("name", name), into: &writer)
        writer.write(.info, info.read(from: &reader, into: &writer), 1)
    }
}

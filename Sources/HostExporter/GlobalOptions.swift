// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Collectors

/// The flags that belong to no collector, and the table of all flags.
enum GlobalOptions {
    static let paths = [
        OptionDescriptor("path.procfs", .text(default: "/proc"), help: "Where procfs is mounted."),
        OptionDescriptor("path.sysfs", .text(default: "/sys"), help: "Where sysfs is mounted."),
        OptionDescriptor("path.rootfs", .text(default: "/"), help: "Where the host's root file system is seen."),
        OptionDescriptor("path.udev.data", .text(default: "/run/udev/data"), help: "Where udev keeps its database."),
    ]

    static let web = [
        OptionDescriptor(
            "web.listen-address", .texts,
            help: "Address and port to serve on, for example :9100, 127.0.0.1:9100 or [::1]:9100; repeatable. "
                + "Default :9100."),
        OptionDescriptor(
            "web.telemetry-path", .text(default: "/metrics"), help: "Path of the page with the metrics."),
        OptionDescriptor(
            "web.disable-exporter-metrics", .flag(default: false),
            help: "Leave out what the agent says of itself (process_*, host_scrape_*, build information)."),
        OptionDescriptor(
            "web.max-requests", .integer(default: 40, range: 0...1_000_000),
            help: "Scrapes that may wait at once, 0 for no limit; in force only where it is given."),
    ]

    static let scrape = [
        OptionDescriptor(
            "scrape.timeout", .duration(defaultNanoseconds: 5_000_000_000),
            help: "When a page goes out at the latest, whatever still hangs. A scraper's own time-out may shorten it."),
        OptionDescriptor(
            "collector.disable-defaults", .flag(default: false),
            help: "Run only the collectors that are switched on by flag."),
    ]

    static let log = [
        OptionDescriptor(
            "log.level", .choice(default: "info", of: ["debug", "info", "warn", "error"]),
            help: "The least severe messages that are logged."),
        OptionDescriptor(
            "log.format", .choice(default: "logfmt", of: ["logfmt", "json"]), help: "How log lines are written."),
    ]

    static let other = [
        OptionDescriptor("help", .flag(default: false), help: "Show this text (also -h)."),
        OptionDescriptor("version", .flag(default: false), help: "Show the version."),
        OptionDescriptor(
            "runtime.gomaxprocs", .text(default: "1"), help: "Of no effect here.", isHidden: true, isInert: true),
    ]

    static let all = web + scrape + paths + log + other

    /// Every flag: the global ones, each collector's switch, each collector's options.
    static let table = FlagTable(
        all
            + Registry.entries.flatMap { [FlagTable.collectorSwitch($0.descriptor)] + $0.descriptor.options })
}

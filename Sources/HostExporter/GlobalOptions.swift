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
            "web.systemd-socket", .flag(default: false),
            help: "Serve on the sockets that systemd hands over instead of --web.listen-address."),
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

    /// Read before all others, so they stand on the command line, `config.file` also in the environment.
    static let configFile = OptionDescriptor(
        "config.file", .text(default: ""),
        help: "YAML file with further settings: flags' names without dashes as keys. Flags and environment beat it.")

    static let requests = [
        OptionDescriptor("help", .flag(default: false), help: "Show this text (also -h)."),
        OptionDescriptor("version", .flag(default: false), help: "Show the version."),
    ]

    static let inert = [
        OptionDescriptor(
            "runtime.gomaxprocs", .text(default: "1"), help: "Of no effect here.", isHidden: true, isInert: true)
    ]

    /// The flags that belong to no collector, as `--help` parts them.
    static let sections: [(title: String, options: [OptionDescriptor])] = [
        ("Serving", web), ("Scraping", scrape), ("Paths", paths), ("Logging", log),
        ("Configuration", [configFile]), ("Other", requests),
    ]

    /// Every collector, sorted by name.
    static let collectors = Registry.entries.map(\.descriptor).sorted { $0.name < $1.name }

    /// What a configuration file may set.
    static let settings =
        web + scrape + paths + log + inert
        + collectors.flatMap { [FlagTable.collectorSwitch($0)] + $0.options }

    static let fileTable = FlagTable(settings)

    /// What environment variables may set.
    static let environmentTable = FlagTable(settings + [configFile])

    /// Every flag: the global ones, each collector's switch, each collector's and each subcommand's options.
    static let table = FlagTable(settings + [configFile] + requests + Subcommand.all.flatMap(\.options))
}

extension OptionDescriptor {
    /// True for `--name` and `--no-name`.
    var isSwitch: Bool {
        if case .flag = kind { return true }
        return false
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Collectors

/// The flags that belong to no collector, and the table of all flags.
enum GlobalOptions {
    static let procfs = Flag.text("path.procfs", default: "/proc", help: "Where procfs is mounted.")
    static let sysfs = Flag.text("path.sysfs", default: "/sys", help: "Where sysfs is mounted.")
    static let rootfs = Flag.text(
        "path.rootfs", default: "/", help: "Where the host's root file system is seen.")
    static let udevData = Flag.text(
        "path.udev.data", default: "/run/udev/data", help: "Where udev keeps its database.")

    static let listenAddress = Flag.texts(
        "web.listen-address",
        help: "Address and port to serve on, for example :9100, 127.0.0.1:9100 or [::1]:9100; repeatable. "
            + "Default :9100.")
    static let telemetryPath = Flag.text(
        "web.telemetry-path", default: "/metrics", help: "Path of the page with the metrics.")
    static let disableExporterMetrics = Flag.toggle(
        "web.disable-exporter-metrics",
        help: "Leave out what the agent says of itself (process_*, host_scrape_*, build information).")
    static let systemdSocket = Flag.toggle(
        "web.systemd-socket", help: "Serve on the sockets that systemd hands over instead of --web.listen-address.")
    static let maxRequests = Flag.integer(
        "web.max-requests", default: 40, in: 0...1_000_000,
        help: "Scrapes that may wait at once, 0 for no limit; in force only where it is given.")

    static let scrapeTimeout = Flag.duration(
        "scrape.timeout", defaultNanoseconds: 5_000_000_000,
        help: "When a page goes out at the latest, whatever still hangs. A scraper's own time-out may shorten it.")

    static let logLevel = Flag.choice(
        "log.level", default: "info", of: ["debug", "info", "warn", "error"],
        help: "The least severe messages that are logged.")
    static let logFormat = Flag.choice(
        "log.format", default: "logfmt", of: ["logfmt", "json"], help: "How log lines are written.")

    /// Read before all others, so they stand on the command line, `config.file` also in the environment.
    static let configFile = Flag.text(
        "config.file",
        help: "YAML file with further settings: flags' names without dashes as keys. Flags and environment beat it.")

    private static let help = Flag.toggle("help", help: "Show this text (also -h).")
    private static let version = Flag.toggle("version", help: "Show the version.")
    private static let gomaxprocs = Flag.text(
        "runtime.gomaxprocs", default: "1", help: "Of no effect here.", isHidden: true, isInert: true)

    static let paths = list(procfs, sysfs, rootfs, udevData)
    static let web = list(listenAddress, telemetryPath, disableExporterMetrics, systemdSocket, maxRequests)
    static let scrape = list(scrapeTimeout, CollectorDescriptor.disableDefaults)
    static let log = list(logLevel, logFormat)
    static let requests = list(help, version)
    static let inert = list(gomaxprocs)

    static func list(_ flags: any FlagDeclaration...) -> [OptionDescriptor] { flags.map(\.descriptor) }

    /// The flags that belong to no collector, as `--help` parts them.
    static let sections: [(title: String, options: [OptionDescriptor])] = [
        ("Serving", web), ("Scraping", scrape), ("Paths", paths), ("Logging", log),
        ("Configuration", list(configFile)), ("Other", requests),
    ]

    /// Every collector, sorted by name.
    static let collectors = Registry.entries.map(\.descriptor).sorted { $0.name < $1.name }

    /// What a configuration file may set.
    static let settings =
        web + scrape + paths + log + inert
        + collectors.flatMap { [FlagTable.collectorSwitch($0)] + $0.options }

    static let fileTable = FlagTable(settings)

    /// What environment variables may set.
    static let environmentTable = FlagTable(settings + list(configFile))
}

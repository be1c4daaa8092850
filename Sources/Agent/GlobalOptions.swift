// SPDX-License-Identifier: Apache-2.0

package import CollectorKit
import Collectors

/// The flags that belong neither to a collector nor to a subcommand, and the tables of settings.
package enum GlobalOptions {
    /// `--path.procfs`.
    package static let procfs = Flag.text("path.procfs", default: "/proc", help: "Where procfs is mounted.")
    /// `--path.sysfs`.
    package static let sysfs = Flag.text("path.sysfs", default: "/sys", help: "Where sysfs is mounted.")
    /// `--path.rootfs`.
    package static let rootfs = Flag.text(
        "path.rootfs", default: "/", help: "Where the host's root file system is seen.")
    /// `--path.udev.data`.
    package static let udevData = Flag.text(
        "path.udev.data", default: "/run/udev/data", help: "Where udev keeps its database.")

    /// `--web.listen-address`.
    package static let listenAddress = Flag.texts(
        "web.listen-address",
        help: "Address and port to serve on, for example :9100, 127.0.0.1:9100 or [::1]:9100; repeatable. "
            + "Default :9100.")
    /// `--web.telemetry-path`.
    package static let telemetryPath = Flag.text(
        "web.telemetry-path", default: "/metrics", help: "Path of the page with the metrics.")
    /// `--web.disable-exporter-metrics`.
    package static let disableExporterMetrics = Flag.toggle(
        "web.disable-exporter-metrics",
        help: "Leave out what the agent says of itself (process_*, host_scrape_*, host_exporter_build_info).")
    /// `--web.systemd-socket`.
    package static let systemdSocket = Flag.toggle(
        "web.systemd-socket", help: "Serve on the sockets that systemd hands over instead of --web.listen-address.")
    /// `--web.max-requests`.
    package static let maxRequests = Flag.integer(
        "web.max-requests", default: 40, in: 0...1_000_000,
        help: "Scrapes that may wait at once, 0 for no limit; in force only where it is given.")

    /// `--scrape.timeout`.
    package static let scrapeTimeout = Flag.duration(
        "scrape.timeout", defaultNanoseconds: 5_000_000_000,
        help: "When a page goes out at the latest, whatever still hangs. A scraper's own time-out may shorten it.")

    /// `--log.level`.
    package static let logLevel = Flag.choice(
        "log.level", default: "info", of: ["debug", "info", "warn", "error"],
        help: "The least severe messages that are logged.")
    /// `--log.format`.
    package static let logFormat = Flag.choice(
        "log.format", default: "logfmt", of: ["logfmt", "json"], help: "How log lines are written.")

    /// Read before all others, so they stand on the command line, `config.file` also in the environment.
    package static let configFile = Flag.text(
        "config.file",
        help: "YAML file with further settings: flags' names without dashes as keys. Flags and environment beat it.")

    private static let help = Flag.toggle("help", help: "Show this text (also -h).")
    private static let version = Flag.toggle("version", help: "Show the version.")
    private static let gomaxprocs = Flag.text(
        "runtime.gomaxprocs", default: "1", help: "Of no effect here.", isHidden: true, isInert: true)

    /// Where the kernel's and udev's files are.
    package static let paths = list(procfs, sysfs, rootfs, udevData)
    /// What the server does.
    package static let web = list(listenAddress, telemetryPath, disableExporterMetrics, systemdSocket, maxRequests)
    /// What a scrape does.
    package static let scrape = list(scrapeTimeout, CollectorDescriptor.disableDefaults)
    /// What is logged and how.
    package static let log = list(logLevel, logFormat)
    /// What is asked for in place of a subcommand.
    package static let requests = list(help, version)
    /// What is taken for the sake of node_exporter.
    package static let inert = list(gomaxprocs)

    /// What is known of flags whatever the types of their values.
    package static func list(_ flags: any FlagDeclaration...) -> [OptionDescriptor] { flags.map(\.descriptor) }

    /// The flags that belong to no collector, as `--help` parts them.
    package static let sections: [(title: String, options: [OptionDescriptor])] = [
        ("Serving", web), ("Scraping", scrape), ("Paths", paths), ("Logging", log),
        ("Configuration", list(configFile)), ("Other", requests),
    ]

    /// Every collector, sorted by name.
    package static let collectors = Registry.entries.map(\.descriptor).sorted { $0.name < $1.name }

    /// What a configuration file may set.
    package static let settings =
        web + scrape + paths + log + inert
        + collectors.flatMap { [FlagTable.collectorSwitch($0)] + $0.options }

    /// What a configuration file may set, as a table.
    package static let fileTable = FlagTable(settings)

    /// What environment variables may set.
    package static let environmentTable = FlagTable(settings + list(configFile))
}

// SPDX-License-Identifier: Apache-2.0

import Agent
import CollectorKit
import Glibc
import Logging
import Serving

/// `serve`: the metrics over HTTP until SIGTERM or SIGINT.
enum ServeCommand {
    private static let gracePeriodNanoseconds: UInt64 = 4_000_000_000

    static let subcommand = Subcommand(name: "serve", help: "serve the metrics over HTTP", run: run)

    private static func run(_ invocation: Invocation) throws(ConfigurationError) -> Int32 {
        let (options, logger) = (invocation.options, invocation.logger)
        let manager = ServiceManager()
        var configuration = try ServerConfiguration(options, version: BuildFacts.version)
        if options[GlobalOptions.systemdSocket] {
            configuration.addresses = []
            configuration.inheritedSockets = ServiceManager.inheritedSockets()
            guard !configuration.inheritedSockets.isEmpty else {
                throw ConfigurationError(
                    flag: "web.systemd-socket", "no socket was handed over (LISTEN_FDS); it needs a systemd socket unit"
                )
            }
        }
        configuration.samplingInterval = manager.beat
        let assembly = try Assembly(options: options, facts: BuildFacts.agent, logger: logger)
        let renderer = ScraperRenderer(assembly, onBeat: manager.feedWatchdog)
        let server = MetricsServer(configuration: configuration, renderer: renderer, logger: logger)
        do throws(ServingError) {
            try server.start()
        } catch {
            Command.fputs("host-exporter: \(error)\n")
            return 1
        }
        logger.info(
            "serving",
            metadata: [
                "addresses": "\(configuration.addresses.map(\.description).joined(separator: " "))",
                "version": "\(BuildFacts.version)", "collectors": "\(assembly.enabled.count)",
            ])
        manager.tell("READY=1")
        let reload = Reload(
            of: invocation.configuration,
            load: { () throws(LoadedConfiguration.Refusal) in
                try LoadedConfiguration(flags: invocation.flags, tables: GlobalOptions.tables)
            },
            logger: logger, logLevel: invocation.logLevel, renderer: renderer,
            changeScrapeTimeout: { server.changeScrapeTimeout(to: $0) })
        var signal = Signals.wait()
        while signal == SIGHUP || signal == SIGUSR1 {
            if signal == SIGHUP {
                manager.tell("RELOADING=1\nMONOTONIC_USEC=\(Clock.monotonicNanoseconds() / 1_000)")
                reload.run()
                manager.tell("READY=1")
            } else if let time = renderer.current.letGoOfDevices() {
                logger.info("let go of all NVIDIA devices", metadata: ["for": "\(DurationText.text(time))"])
            } else {
                logger.info("no NVIDIA device to let go of")
            }
            signal = Signals.wait()
        }
        manager.tell("STOPPING=1")
        logger.info("stopping", metadata: ["signal": "\(signal == SIGTERM ? "SIGTERM" : "SIGINT")"])
        server.stop(gracePeriodNanoseconds: gracePeriodNanoseconds)
        // Threads may still hang in the kernel; leaving does not wait for them.
        _exit(0)
    }
}

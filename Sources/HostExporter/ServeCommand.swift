// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Glibc
import Logging
import Serving

/// `serve`: the metrics over HTTP until SIGTERM or SIGINT.
enum ServeCommand {
    private static let gracePeriodNanoseconds: UInt64 = 4_000_000_000

    static func run(_ options: Options, _ logger: Logger) throws(ConfigurationError) -> Int32 {
        let configuration = try configuration(options)
        let assembly = try Assembly(options: options, logger: logger)
        let renderer = ScraperRenderer(assembly)
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
        var signal = Signals.wait()
        while signal == SIGHUP {
            logger.info("nothing to read again on SIGHUP: all settings come from flags")
            signal = Signals.wait()
        }
        logger.info("stopping", metadata: ["signal": "\(signal == SIGTERM ? "SIGTERM" : "SIGINT")"])
        server.stop(gracePeriodNanoseconds: gracePeriodNanoseconds)
        // Threads may still hang in the kernel; leaving does not wait for them.
        _exit(0)
    }

    private static func configuration(_ options: Options) throws(ConfigurationError) -> ServerConfiguration {
        var configuration = ServerConfiguration()
        let addresses = options.texts("web.listen-address")
        if !addresses.isEmpty {
            configuration.addresses = []
            for text in addresses {
                do throws(ServingError) {
                    configuration.addresses.append(try ListenAddress(text))
                } catch {
                    throw ConfigurationError(flag: "web.listen-address", "\(error)")
                }
            }
        }
        configuration.telemetryPath = options.text("web.telemetry-path")
        guard configuration.telemetryPath.hasPrefix("/") else {
            throw ConfigurationError(
                flag: "web.telemetry-path", "it takes a path that begins with /, for example /metrics")
        }
        configuration.scrapeTimeout = .nanoseconds(Int64(clamping: options.nanoseconds("scrape.timeout")))
        if options.isGiven("web.max-requests"), options.integer("web.max-requests") > 0 {
            configuration.maxRequests = options.integer("web.max-requests")
        }
        configuration.version = BuildFacts.version
        return configuration
    }
}

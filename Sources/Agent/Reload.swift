// SPDX-License-Identifier: Apache-2.0

import CollectorKit
package import Configuration
package import Logging
import Serving

/// Takes over a changed configuration file while serving: validates it first, exchanges what can be exchanged then.
package final class Reload {
    private let load: () throws(LoadedConfiguration.Refusal) -> LoadedConfiguration
    private let logger: Logger
    private let logLevel: LogLevel
    private let renderer: ScraperRenderer
    private let changeScrapeTimeout: (Duration) -> Void
    /// What is in force.
    private var current: EffectiveConfiguration

    /// Reloads for a running server.
    ///
    /// - Parameters:
    ///   - configuration: what is in force.
    ///   - load: reads command line, environment and file again.
    ///   - logger: where it is told what was taken over.
    ///   - logLevel: takes over `--log.level`.
    ///   - renderer: takes over the collectors' switches and options.
    ///   - changeScrapeTimeout: takes over `--scrape.timeout`.
    package init(
        of configuration: EffectiveConfiguration,
        load: @escaping () throws(LoadedConfiguration.Refusal) -> LoadedConfiguration, logger: Logger,
        logLevel: LogLevel, renderer: ScraperRenderer, changeScrapeTimeout: @escaping (Duration) -> Void
    ) {
        current = configuration
        self.load = load
        self.logger = logger
        self.logLevel = logLevel
        self.renderer = renderer
        self.changeScrapeTimeout = changeScrapeTimeout
    }

    /// Reads again; an invalid configuration leaves everything as it is, with one warning.
    package func run() {
        let loaded: LoadedConfiguration
        let wanted: EffectiveConfiguration
        let restart: [String]
        let assembly: Assembly
        do {
            loaded = try load()
            _ = try ServerConfiguration(loaded.configuration.options, version: "")
            restart = loaded.configuration.changes(from: current).filter(Self.needsRestart)
            wanted = loaded.configuration.keeping(restart, of: current)
            assembly = try Assembly(options: wanted.options, logger: logger, after: renderer.current)
        } catch let error as LoadedConfiguration.Refusal {
            return refuse(error.problems.map(\.description))
        } catch let error as ConfigurationError {
            return refuse([loadedProblem(error)])
        } catch {
            return refuse(["\(error)"])
        }
        for warning in loaded.warnings { logger.warning("\(warning)") }
        for name in restart { logger.warning("a changed setting needs a restart", metadata: ["setting": "\(name)"]) }
        let changes = wanted.changes(from: current)
        guard !changes.isEmpty else {
            // Nothing is exchanged, so that what hangs is not tried again by a second thread.
            logger.info("configuration read again, nothing to change")
            return
        }
        current = wanted
        logLevel.set(word: wanted.options[GlobalOptions.logLevel])
        changeScrapeTimeout(.nanoseconds(Int64(clamping: wanted.options[GlobalOptions.scrapeTimeout])))
        if changes.contains(where: Self.concernsCollectors) { renderer.exchange(for: assembly) }
        logger.info(
            "configuration read again",
            metadata: ["changed": "\(changes.joined(separator: " "))", "collectors": "\(assembly.enabled.count)"])
    }

    private func refuse(_ problems: [String]) {
        let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
        logger.warning(
            "configuration not taken over, the one before stays", metadata: ["reason": "\(problems[0])\(more)"])
    }

    private func loadedProblem(_ error: ConfigurationError) -> String {
        let path = current.options[GlobalOptions.configFile]
        return path.isEmpty ? error.description : "\(path): \(error)"
    }

    /// The server and the roots are made once.
    private static func needsRestart(_ name: String) -> Bool {
        if name == "web.disable-exporter-metrics" { return false }
        return name.hasPrefix("web.") || name.hasPrefix("path.") || name == "log.format"
    }

    private static func concernsCollectors(_ name: String) -> Bool {
        name != "log.level" && name != "scrape.timeout"
    }
}

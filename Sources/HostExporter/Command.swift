// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Glibc
import Logging

/// Reads the command line and runs the subcommand it names.
enum Command {
    /// Exit status of a flag or configuration that cannot be used.
    static let usageError: Int32 = 2

    /// Runs and returns the exit status.
    static func run(_ words: [String]) -> Int32 {
        do throws(ConfigurationError) {
            let parsed = try GlobalOptions.table.parse(words)
            let options = Options(GlobalOptions.table.options, given: parsed.given)
            if options.flag("help") {
                print(HelpText.text(), terminator: "")
                return 0
            }
            if options.flag("version") {
                print(BuildFacts.text)
                return 0
            }
            let logger = makeLogger(options)
            for warning in parsed.warnings { logger.warning("\(warning)") }
            guard parsed.arguments.count <= 1 else {
                return refuse("unexpected \"\(parsed.arguments[1])\": one subcommand at a time; --help lists them")
            }
            switch parsed.arguments.first ?? "serve" {
            case "serve": return try ServeCommand.run(options, logger)
            case "once": return try OnceCommand.run(options, logger)
            case "collectors": return try CollectorsCommand.run(options)
            case "help":
                print(HelpText.text(), terminator: "")
                return 0
            case let word:
                return refuse("unknown subcommand \"\(word)\"; there are serve (the default), once and collectors")
            }
        } catch {
            return refuse(error.description)
        }
    }

    /// One line on standard error.
    static func refuse(_ line: String) -> Int32 {
        fputs("host-exporter: \(line)\n")
        return usageError
    }

    /// Prints to standard error.
    static func fputs(_ text: String) {
        var text = text
        text.withUTF8 { _ = unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private static func makeLogger(_ options: Options) -> Logger {
        let levels: [String: Logger.Level] = ["debug": .debug, "info": .info, "warn": .warning, "error": .error]
        let handler = LineLogHandler(
            logLevel: levels[options.text("log.level")] ?? .info,
            format: LineLogHandler.Format(rawValue: options.text("log.format")) ?? .logfmt)
        return Logger(label: "host-exporter") { _ in handler }
    }
}

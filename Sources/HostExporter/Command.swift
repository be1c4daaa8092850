// SPDX-License-Identifier: Apache-2.0

import Agent
import CollectorKit
import Configuration
import Glibc
import Logging
import Manual

/// Reads the command line and runs the subcommand it names.
enum Command {
    /// Exit status of a flag or configuration that cannot be used.
    static let usageError: Int32 = 2

    /// Runs and returns the exit status.
    static func run(_ words: [String]) -> Int32 {
        let parsed: FlagTable.Parsed
        let found: (subcommand: Subcommand, operands: [String])
        do {
            parsed = try GlobalOptions.table.parse(words)
            if parsed.given["help"] == ["true"] {
                print(HelpText.text(of: Program.description), terminator: "")
                return 0
            }
            if parsed.given["version"] == ["true"] {
                print(BuildFacts.text)
                return 0
            }
            found = try Subcommand.find(in: parsed.arguments)
        } catch {
            return refuse("\(error)")
        }
        let subcommand = found.subcommand
        let form = subcommand.description
        let isCountGood =
            form.furtherOperands == nil
            ? found.operands.count == form.operands.count : found.operands.count >= form.operands.count
        guard isCountGood else {
            let surplus = found.operands.dropFirst(form.operands.count).first
            return refuse(
                surplus.map { "unexpected \"\(FlagTable.cut($0))\"; the form is host-exporter \(form.synopsis)" }
                    ?? "\(form.operands[found.operands.count]) is missing: host-exporter \(form.synopsis)")
        }
        for other in Subcommand.all.map(\.description) where other.name != form.name {
            let own = form.options.map(\.name)
            for option in other.options where parsed.given[option.name] != nil && !own.contains(option.name) {
                return refuse("--\(option.name) belongs to host-exporter \(other.name)")
            }
        }
        return run(subcommand, operands: found.operands, parsed)
    }

    private static func run(_ subcommand: Subcommand, operands: [String], _ parsed: FlagTable.Parsed) -> Int32 {
        let loaded: LoadedConfiguration
        do throws(LoadedConfiguration.Refusal) {
            loaded = try LoadedConfiguration(
                flags: parsed.given, tables: GlobalOptions.tables, isReading: subcommand.readsConfiguration)
        } catch {
            for problem in error.problems { _ = refuse("\(problem)") }
            return usageError
        }
        let configuration = loaded.configuration
        let logLevel = LogLevel(word: configuration.options[GlobalOptions.logLevel])
        let handler = LineLogHandler(
            level: logLevel,
            format: LineLogHandler.Format(rawValue: configuration.options[GlobalOptions.logFormat]) ?? .logfmt)
        let logger = Logger(label: "host-exporter") { _ in handler }
        for warning in parsed.warnings { logger.warning("\(warning)") }
        for warning in loaded.warnings { logger.warning("\(warning)") }
        let invocation = Invocation(
            configuration: configuration, flags: parsed.given, operands: operands, logger: logger, logLevel: logLevel)
        do throws(ConfigurationError) {
            return try subcommand.run(invocation)
        } catch {
            return refuse(describe(error, configuration))
        }
    }

    /// An error with the place where the flag was given.
    static func describe(_ error: ConfigurationError, _ configuration: EffectiveConfiguration) -> String {
        let problem = configuration.problem(error)
        return problem.origin == .flag ? error.description : problem.description
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
}

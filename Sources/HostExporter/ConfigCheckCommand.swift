// SPDX-License-Identifier: Apache-2.0

import Agent
import CollectorKit
import Configuration
import Serving

/// `config check`: whether a configuration file can be used.
enum ConfigCheckCommand {
    static let subcommand = Subcommand(
        name: "config check", operands: ["FILE"], help: "check a configuration file", readsConfiguration: false,
        run: run)

    /// 0 with one line where the file can be used, 2 with one line for each error.
    private static func run(_ invocation: Invocation) throws(ConfigurationError) -> Int32 {
        let path = invocation.operands[0]
        let file = ConfigurationFile(path: path, table: GlobalOptions.fileTable)
        let configuration = EffectiveConfiguration(
            flags: invocation.flags, environment: [:], file: file.settings, table: GlobalOptions.table)
        for warning in file.warnings + configuration.warnings { Command.fputs("warning: \(warning)\n") }
        var problems = file.problems
        if problems.isEmpty {
            // The collectors and the server know which settings go together.
            do throws(ConfigurationError) {
                _ = try ServerConfiguration(configuration.options, version: BuildFacts.version)
                _ = try Assembly(options: configuration.options, facts: BuildFacts.agent, logger: nil)
            } catch {
                problems.append(configuration.problem(error))
            }
        }
        guard problems.isEmpty else {
            for problem in problems { Command.fputs("\(problem)\n") }
            return Command.usageError
        }
        let count = file.settings.count
        print("\(path): ok, \(count) \(count == 1 ? "setting" : "settings")")
        return 0
    }
}

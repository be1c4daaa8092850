// SPDX-License-Identifier: Apache-2.0

import CollectorKit
package import Configuration
// Older imports of C's `environ` are not annotated; nothing here writes to it.
@unsafe @preconcurrency import Glibc

/// Command line, environment and file, read and put together.
package struct LoadedConfiguration {
    /// Why it cannot be used.
    package struct Refusal: Error {
        /// What is wrong, at least one thing.
        package let problems: [ConfigurationProblem]
    }

    /// What they say together.
    package let configuration: EffectiveConfiguration
    /// What works and should be looked at.
    package let warnings: [ConfigurationProblem]

    /// Reads the file that the flags or the environment name.
    ///
    /// - Parameters:
    ///   - flags: what the command line says.
    ///   - tables: which flags may be given where.
    ///   - isReading: false for subcommands to which neither environment nor file matters.
    ///   - variables: the environment, this process's own where it is nil.
    /// - Throws: everything that is wrong with environment and file.
    package init(
        flags: [String: [String]], tables: FlagTables, isReading: Bool = true,
        variables: [(name: String, value: String)]? = nil
    ) throws(Refusal) {
        guard isReading else {
            configuration = EffectiveConfiguration(
                flags: flags, environment: [:], file: [:], table: tables.commandLine)
            warnings = []
            return
        }
        let environment = EnvironmentSettings(variables ?? Self.environment(), table: tables.environment)
        var file = ConfigurationFile()
        if let path = flags["config.file"]?.last ?? environment.settings["config.file"]?.values.last, !path.isEmpty {
            file = ConfigurationFile(path: path, table: tables.file)
        }
        let problems = environment.problems + file.problems
        guard problems.isEmpty else { throw Refusal(problems: problems) }
        let effective = EffectiveConfiguration(
            flags: flags, environment: environment.settings, file: file.settings, table: tables.commandLine)
        configuration = effective
        warnings = environment.warnings + file.warnings + effective.warnings
    }

    /// The variables of this process that are ours.
    private static func environment() -> [(name: String, value: String)] {
        var found: [(name: String, value: String)] = []
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let parts = unsafe String(cString: text).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, parts[0].hasPrefix(EnvironmentSettings.prefix) {
                found.append((String(parts[0]), String(parts[1])))
            }
            unsafe entry += 1
        }
        return found
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Configuration
// Older imports of C's `environ` are not annotated; nothing here writes to it.
@unsafe @preconcurrency import Glibc

/// Command line, environment and file, read and put together.
struct LoadedConfiguration {
    /// Why it cannot be used.
    struct Refusal: Error {
        let problems: [ConfigurationProblem]
    }

    let configuration: EffectiveConfiguration
    /// What works and should be looked at.
    let warnings: [ConfigurationProblem]

    /// Reads the file that the flags or the environment name.
    ///
    /// `isReading` is false for subcommands to which neither matters.
    init(flags: [String: [String]], isReading: Bool = true) throws(Refusal) {
        guard isReading else {
            configuration = EffectiveConfiguration(
                flags: flags, environment: [:], file: [:], table: GlobalOptions.table)
            warnings = []
            return
        }
        let environment = EnvironmentSettings(Self.environment(), table: GlobalOptions.environmentTable)
        var file = ConfigurationFile()
        if let path = flags["config.file"]?.last ?? environment.settings["config.file"]?.values.last, !path.isEmpty {
            file = ConfigurationFile(path: path, table: GlobalOptions.fileTable)
        }
        let problems = environment.problems + file.problems
        guard problems.isEmpty else { throw Refusal(problems: problems) }
        let effective = EffectiveConfiguration(
            flags: flags, environment: environment.settings, file: file.settings, table: GlobalOptions.table)
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

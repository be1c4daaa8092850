// SPDX-License-Identifier: Apache-2.0

package import CollectorKit

/// Which flags may be given where.
package struct FlagTables: Sendable {
    /// What the command line takes: every flag.
    package let commandLine: FlagTable
    /// What environment variables may set.
    package let environment: FlagTable
    /// What a configuration file may set.
    package let file: FlagTable

    /// The tables of a program.
    package init(commandLine: FlagTable, environment: FlagTable, file: FlagTable) {
        self.commandLine = commandLine
        self.environment = environment
        self.file = file
    }
}

// SPDX-License-Identifier: Apache-2.0

import Agent
import CollectorKit
import Manual

extension GlobalOptions {
    /// Every flag: the global ones, each collector's switch, each collector's and each subcommand's options.
    static let table = FlagTable(settings + list(configFile) + requests + Subcommand.all.flatMap(\.description.options))

    /// Which flags may be given where.
    static let tables = FlagTables(commandLine: table, environment: environmentTable, file: fileTable)
}

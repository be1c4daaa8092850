// SPDX-License-Identifier: Apache-2.0

import Agent
import CollectorKit
import Configuration
import Logging

/// What a subcommand is run with.
struct Invocation {
    /// What the command line, the environment and the file say together.
    let configuration: EffectiveConfiguration
    /// What the command line says, to be put together with a file again.
    let flags: [String: [String]]
    /// The words behind the subcommand's name, as many as it takes.
    let operands: [String]
    /// Where messages go.
    let logger: Logger
    /// Changes the least severe level that is logged.
    let logLevel: LogLevel

    /// The values in force.
    var options: Options { configuration.options }
}

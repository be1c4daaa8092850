// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Manual

/// A way to run the program.
struct Subcommand: Sendable {
    /// What users read about it.
    let description: SubcommandDescription
    /// False where neither the environment nor the file of `--config.file` matters.
    let readsConfiguration: Bool
    /// Runs it and returns the exit status.
    let run: @Sendable (Invocation) throws(ConfigurationError) -> Int32

    init(
        name: String, operands: [String] = [], furtherOperands: String? = nil, help: String,
        flags: [any FlagDeclaration] = [], readsConfiguration: Bool = true, isHidden: Bool = false,
        run: @escaping @Sendable (Invocation) throws(ConfigurationError) -> Int32
    ) {
        description = SubcommandDescription(
            name: name, operands: operands, furtherOperands: furtherOperands, help: help,
            options: flags.map(\.descriptor),
            isHidden: isHidden)
        self.readsConfiguration = readsConfiguration
        self.run = run
    }
}

extension Subcommand {
    /// All of them, in the order of `--help`; the first is the default.
    static let all: [Subcommand] = [
        ServeCommand.subcommand, OnceCommand.subcommand, CollectorsCommand.subcommand, MetricsCommand.subcommand,
        ConfigCheckCommand.subcommand, ConfigPrintCommand.subcommand, TextfilePutCommand.subcommand,
        TextfileCheckCommand.subcommand, DevicesForgetCommand.subcommand, DevicesCommand.subcommand,
        MigrateCommand.subcommand, CompletionsCommand.subcommand,
        HelpCommand.subcommand, ManualCommand.subcommand,
    ]

    /// The subcommand that words begin with, and what is left of them; without words the default.
    static func find(in words: [String]) throws(UnknownSubcommand) -> (subcommand: Subcommand, operands: [String]) {
        guard let first = words.first else { return (ServeCommand.subcommand, []) }
        if let found = all.first(where: { words.starts(with: $0.description.words) }) {
            return (found, Array(words.dropFirst(found.description.words.count)))
        }
        let listed = all.map(\.description).filter { !$0.isHidden }
        let related = listed.filter { $0.words.first == first }
        throw UnknownSubcommand(
            name: related.isEmpty ? first : words.prefix(2).joined(separator: " "),
            known: (related.isEmpty ? listed : related).map(\.synopsis))
    }
}

/// Words that name no subcommand.
struct UnknownSubcommand: Error, CustomStringConvertible {
    let name: String
    let known: [String]

    var description: String {
        let list =
            known.count > 1 ? known.dropLast().joined(separator: ", ") + " and " + known[known.count - 1] : known[0]
        return "unknown subcommand \"\(FlagTable.cut(name))\"; there \(known.count > 1 ? "are" : "is") \(list)"
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit

/// A way to run the program: what the dispatch, `--help`, the manual page and the completions know of it.
struct Subcommand: Sendable {
    /// One or two words: `once`, `config check`.
    let name: String
    /// What has to stand behind it, for example `FILE`.
    var operands: [String] = []
    /// What may stand behind that, any number of times; nil for nothing.
    var furtherOperands: String?
    /// What it does, in one sentence without a capital and a full stop.
    let help: String
    /// Flags that only it takes.
    var flags: [any FlagDeclaration] = []

    /// The same, whatever the types of their values.
    var options: [OptionDescriptor] { flags.map(\.descriptor) }
    /// False where neither the environment nor the file of `--config.file` matters.
    var readsConfiguration = true
    /// True where it is for packagers and not listed.
    var isHidden = false
    /// Runs it and returns the exit status.
    let run: @Sendable (Invocation) throws(ConfigurationError) -> Int32

    /// As `--help` shows it.
    var synopsis: String {
        ([name] + operands + (furtherOperands.map { ["[\($0) ...]"] } ?? [])).joined(separator: " ")
    }

    /// The words of its name.
    var words: [String] { name.split(separator: " ").map(String.init) }
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

    /// Those that are listed.
    static var listed: [Subcommand] { all.filter { !$0.isHidden } }

    /// The subcommand that words begin with, and what is left of them; without words the default.
    static func find(in words: [String]) throws(UnknownSubcommand) -> (subcommand: Subcommand, operands: [String]) {
        guard let first = words.first else { return (ServeCommand.subcommand, []) }
        if let found = all.first(where: { words.starts(with: $0.words) }) {
            return (found, Array(words.dropFirst(found.words.count)))
        }
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

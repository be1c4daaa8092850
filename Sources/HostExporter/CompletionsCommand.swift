// SPDX-License-Identifier: Apache-2.0

import CollectorKit

/// `completions`: scripts that complete the command line in a shell.
enum CompletionsCommand {
    private static let shells: [(name: String, script: @Sendable () -> String)] = [
        ("bash", BashCompletions.script), ("zsh", ZshCompletions.script), ("fish", FishCompletions.script),
    ]

    static let subcommand = Subcommand(
        name: "completions", operands: ["SHELL"], help: "print the completions for bash, zsh or fish",
        readsConfiguration: false,
        run: { invocation in
            guard let shell = shells.first(where: { $0.name == invocation.operands[0] }) else {
                let word = FlagTable.cut(invocation.operands[0])
                return Command.refuse("no completions for \"\(word)\"; there are bash, zsh and fish")
            }
            print(shell.script(), terminator: "")
            return 0
        })
}

/// What the shells' scripts have in common.
enum Completions {
    /// Every flag that is shown.
    static var options: [OptionDescriptor] { GlobalOptions.table.options.filter { !$0.isHidden } }

    /// Subcommands' first words.
    static var firstWords: [String] {
        var words: [String] = []
        for word in Subcommand.listed.compactMap(\.words.first) where !words.contains(word) { words.append(word) }
        return words
    }

    /// What may follow a first word, where that is a word too.
    static var secondWords: [(first: String, seconds: [String])] {
        firstWords.map { first in
            (first, Subcommand.listed.filter { $0.words.count > 1 && $0.words[0] == first }.map { $0.words[1] })
        }.filter { !$0.seconds.isEmpty } + [("completions", ["bash", "zsh", "fish"])]
    }
}

extension OptionDescriptor {
    /// True where its value is a file or a folder.
    var takesPath: Bool {
        name.hasPrefix("path.") || name.hasSuffix("file") || name.hasSuffix("directory") || name.hasSuffix("servicedir")
    }

    /// The words that it takes, where they can be listed.
    var words: [String] {
        if case .choice(_, let words) = kind { return words }
        return []
    }
}

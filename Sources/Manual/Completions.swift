// SPDX-License-Identifier: Apache-2.0

import CollectorKit

/// The scripts that complete the command line in a shell.
package enum Completions {
    /// The shells there are scripts for.
    package static let shells = ["bash", "zsh", "fish"]

    /// The script for a shell; nil where there is none.
    package static func script(for shell: String, of program: ProgramDescription) -> String? {
        let words = CompletionWords(program)
        switch shell {
        case "bash": return BashCompletions.script(words)
        case "zsh": return ZshCompletions.script(words)
        case "fish": return FishCompletions.script(words)
        default: return nil
        }
    }
}

/// What the shells' scripts have in common.
struct CompletionWords {
    /// The subcommands that are shown.
    let subcommands: [SubcommandDescription]
    /// Every flag that is shown.
    let options: [OptionDescriptor]
    /// Subcommands' first words, each once.
    let firstWords: [String]
    /// What may follow a first word, where that is a word too.
    let secondWords: [(first: String, seconds: [String])]

    init(_ program: ProgramDescription) {
        let listed = program.listed
        var firstWords: [String] = []
        for word in listed.compactMap(\.words.first) where !firstWords.contains(word) { firstWords.append(word) }
        subcommands = listed
        // Two subcommands may take a flag of one name; one that is not shown has none to show.
        var known = Set(program.subcommands.filter(\.isHidden).flatMap(\.options).map(\.name))
        known.subtract(listed.flatMap(\.options).map(\.name))
        options = program.flags.options.filter { !$0.isHidden && known.insert($0.name).inserted }
        self.firstWords = firstWords
        secondWords =
            firstWords.map { first in
                (first, listed.filter { $0.words.count > 1 && $0.words[0] == first }.map { $0.words[1] })
            }.filter { !$0.seconds.isEmpty } + [("completions", Completions.shells)]
    }
}

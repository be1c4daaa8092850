// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Manual

/// `completions`: scripts that complete the command line in a shell.
enum CompletionsCommand {
    static let subcommand = Subcommand(
        name: "completions", operands: ["SHELL"], help: "print the completions for bash, zsh or fish",
        readsConfiguration: false,
        run: { invocation in
            let shell = invocation.operands[0]
            guard let script = Completions.script(for: shell, of: Program.description) else {
                return Command.refuse("no completions for \"\(FlagTable.cut(shell))\"; there are bash, zsh and fish")
            }
            print(script, terminator: "")
            return 0
        })
}

// SPDX-License-Identifier: Apache-2.0

import Manual

/// `help`: what `--help` prints.
enum HelpCommand {
    static let subcommand = Subcommand(
        name: "help", help: "print this text", readsConfiguration: false,
        run: { _ in
            print(HelpText.text(of: Program.description), terminator: "")
            return 0
        })
}

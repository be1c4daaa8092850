// SPDX-License-Identifier: Apache-2.0

/// `help`: what `--help` prints.
enum HelpCommand {
    static let subcommand = Subcommand(
        name: "help", help: "print this text", readsConfiguration: false,
        run: { _ in
            print(HelpText.text(), terminator: "")
            return 0
        })
}

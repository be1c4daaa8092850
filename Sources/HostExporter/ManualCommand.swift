// SPDX-License-Identifier: Apache-2.0

import Manual

/// `man`: the manual page's source, for packages.
enum ManualCommand {
    static let subcommand = Subcommand(
        name: "man", help: "print the source of the manual page", readsConfiguration: false, isHidden: true,
        run: { _ in
            print(ManualPage.text(of: Program.description), terminator: "")
            return 0
        })
}

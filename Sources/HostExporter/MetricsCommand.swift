// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Manual

/// `metrics`: the reference of everything that the program can report, from the collectors' descriptors.
enum MetricsCommand {
    private static let json = Flag.toggle("json", help: "Print JSON instead of Markdown.")

    static let subcommand = Subcommand(
        name: "metrics", help: "print the reference of collectors and metrics, as Markdown or with --json",
        flags: [json],
        readsConfiguration: false,
        run: { invocation in
            print(
                invocation.options[json]
                    ? ReferenceJSON.text(of: Program.description) : ReferenceMarkdown.text(of: Program.description),
                terminator: "")
            return 0
        })
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit

/// `metrics`: the reference of everything that the program can report, from the collectors' descriptors.
enum MetricsCommand {
    static let subcommand = Subcommand(
        name: "metrics", help: "print the reference of collectors and metrics, as Markdown or with --json",
        options: [OptionDescriptor("json", .flag(default: false), help: "Print JSON instead of Markdown.")],
        readsConfiguration: false,
        run: { invocation in
            print(invocation.options.flag("json") ? ReferenceJSON.text() : ReferenceMarkdown.text(), terminator: "")
            return 0
        })
}

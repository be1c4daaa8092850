// SPDX-License-Identifier: Apache-2.0

import CollectorKit

/// What `--help` prints.
package enum HelpText {
    private static let indent = 4
    private static let width = 100

    /// The text for a terminal: lines of at most 100 columns but for long names.
    package static func text(of program: ProgramDescription) -> String {
        var out = """
            host-exporter \(program.version): host and hardware metrics for Prometheus.

            Usage: host-exporter [SUBCOMMAND] [flags]


            """
        let widest = program.listed.map(\.synopsis.count).max() ?? 0
        for (index, subcommand) in program.listed.enumerated() {
            let gap = String(repeating: " ", count: widest - subcommand.synopsis.count + 2)
            out += "  \(subcommand.synopsis)\(gap)\(subcommand.help)\(index == 0 ? " (the default)" : "")\n"
        }
        out += """

            Flags take their value as --name=value or --name value; switches as --name or --no-name. Each can also be
            set in the file of --config.file (its name without dashes as key) and by an environment variable
            (HOST_EXPORTER_ and its name in upper case with . and - as _): flag beats environment beats file.


            """
        for part in program.sections { out += section(part.title, part.options) }
        for subcommand in program.listed where !subcommand.options.isEmpty {
            out += section("Of \(subcommand.name)", subcommand.options)
        }
        out += "Collectors (--collector.NAME switches one on, --no-collector.NAME off):\n\n"
        for descriptor in program.collectors {
            let state = descriptor.isDefault ? "on" : "off"
            out += flag("--[no-]collector.\(descriptor.name)", descriptor.help + " Default: \(state).")
            for option in descriptor.options where !option.isHidden { out += describe(option) }
        }
        return out
    }

    private static func section(_ title: String, _ options: [OptionDescriptor]) -> String {
        "\(title):\n\n" + options.filter { !$0.isHidden }.map(describe).joined() + "\n"
    }

    private static func describe(_ option: OptionDescriptor) -> String {
        flag(option.synopsis, option.helpWithDefault)
    }

    /// A flag on a line of its own and its sentence below, wrapped.
    private static func flag(_ name: String, _ help: String) -> String {
        var out = "  \(name)\n"
        var line = ""
        for word in help.split(separator: " ") {
            if !line.isEmpty, line.utf8.count + word.utf8.count + 1 + 2 * indent > width {
                out += String(repeating: " ", count: 2 * indent) + line + "\n"
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return out + String(repeating: " ", count: 2 * indent) + line + "\n"
    }
}

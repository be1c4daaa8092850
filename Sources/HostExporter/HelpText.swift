// SPDX-License-Identifier: Apache-2.0

import CollectorKit

/// What `--help` prints.
enum HelpText {
    private static let indent = 4
    private static let width = 100

    static func text() -> String {
        var out = """
            host-exporter \(BuildFacts.version): host and hardware metrics for Prometheus.

            Usage: host-exporter [SUBCOMMAND] [flags]


            """
        let widest = Subcommand.listed.map(\.synopsis.count).max() ?? 0
        for (index, subcommand) in Subcommand.listed.enumerated() {
            let gap = String(repeating: " ", count: widest - subcommand.synopsis.count + 2)
            out += "  \(subcommand.synopsis)\(gap)\(subcommand.help)\(index == 0 ? " (the default)" : "")\n"
        }
        out += """

            Flags take their value as --name=value or --name value; switches as --name or --no-name. Each can also be
            set in the file of --config.file (its name without dashes as key) and by an environment variable
            (HOST_EXPORTER_ and its name in upper case with . and - as _): flag beats environment beats file.


            """
        for part in GlobalOptions.sections { out += section(part.title, part.options) }
        for subcommand in Subcommand.listed where !subcommand.options.isEmpty {
            out += section("Of \(subcommand.name)", subcommand.options)
        }
        out += "Collectors (--collector.NAME switches one on, --no-collector.NAME off):\n\n"
        for descriptor in GlobalOptions.collectors {
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

extension OptionDescriptor {
    /// The flag with what it takes, as `--help` and the manual page show it.
    var synopsis: String {
        switch kind {
        case .flag: "--[no-]\(name)"
        default: "--\(name)=\(placeholder)"
        }
    }

    /// What stands for the value.
    var placeholder: String {
        switch kind {
        case .flag: ""
        case .choice(_, let words): words.joined(separator: "|")
        case .pattern: "REGEX"
        case .integer: "NUMBER"
        case .duration: "TIME"
        case .text, .texts: "TEXT"
        }
    }

    /// The sentence with the default behind it.
    var helpWithDefault: String {
        if case .flag(let isOn) = kind { return help + (isOn ? " Default: on." : "") }
        return help + (kind.standard.map { " Default: \($0)." } ?? "")
    }
}

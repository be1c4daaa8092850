// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Collectors

/// What `--help` prints.
enum HelpText {
    private static let indent = 4
    private static let width = 100

    static func text() -> String {
        var out = """
            host-exporter \(BuildFacts.version): host and hardware metrics for Prometheus.

            Usage: host-exporter [serve | once | collectors] [flags]

              serve         serve the metrics over HTTP (the default)
              once          print one page to standard output
              collectors    list the collectors with their state on this host and why

            Flags take their value as --name=value or --name value; switches as --name or --no-name.


            """
        out += section("Serving", GlobalOptions.web)
        out += section("Scraping", GlobalOptions.scrape)
        out += section("Paths", GlobalOptions.paths)
        out += section("Logging", GlobalOptions.log)
        out += section("Other", GlobalOptions.other)
        out += "Collectors (--collector.NAME switches one on, --no-collector.NAME off):\n\n"
        for entry in Registry.entries.sorted(by: { $0.descriptor.name < $1.descriptor.name }) {
            let descriptor = entry.descriptor
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
        let standard = option.kind.standard.map { " Default: \($0)." } ?? ""
        switch option.kind {
        case .flag(let isOn):
            return flag("--[no-]\(option.name)", option.help + (isOn ? " Default: on." : ""))
        case .choice(_, let words):
            return flag("--\(option.name)=\(words.joined(separator: "|"))", option.help + standard)
        case .pattern: return flag("--\(option.name)=REGEX", option.help + standard)
        case .integer: return flag("--\(option.name)=NUMBER", option.help + standard)
        case .duration: return flag("--\(option.name)=TIME", option.help + standard)
        case .text, .texts: return flag("--\(option.name)=TEXT", option.help + standard)
        }
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

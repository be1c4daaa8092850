// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition

/// The metric reference as Markdown.
package enum ReferenceMarkdown {
    /// The whole text.
    package static func text(of program: ProgramDescription) -> String {
        var out = """
            # Metrics

            What each collector reports, from the collectors' own descriptors: `host-exporter metrics` prints this text,
            `host-exporter metrics --json` the same for programs. `--collector.NAME` switches a collector on,
            `--no-collector.NAME` off. A label with a question mark is one that a sample may lack, `*` are any labels.

            | collector | default | what it reports |
            |---|---|---|

            """
        for descriptor in program.collectors {
            out +=
                "| [\(descriptor.name)](#\(descriptor.name)) | \(descriptor.isDefault ? "on" : "off") "
                + "| \(cell(descriptor.help)) |\n"
        }
        for descriptor in program.collectors { out += section(descriptor) }
        out += """

            ## The agent itself

            On every page, unless `--web.disable-exporter-metrics` is given; the rows about collectors
            and `node_exporter_build_info` always.


            """
        out += table(program.agentFamilies)
        return out
    }

    private static func section(_ descriptor: CollectorDescriptor) -> String {
        var out = "\n## \(descriptor.name)\n\n\(descriptor.help) Default: \(descriptor.isDefault ? "on" : "off").\n"
        if !descriptor.reads.isEmpty {
            out += "\nReads \(descriptor.reads.map { "`\($0)`" }.joined(separator: ", ")).\n"
        }
        let options = descriptor.options.filter { !$0.isHidden }
        if !options.isEmpty {
            out += "\n| flag | default | meaning |\n|---|---|---|\n"
            for option in options {
                let standard = option.kind.standard.map(code) ?? ""
                out += "| \(code(option.synopsis)) | \(standard) | \(cell(option.help)) |\n"
            }
        }
        let families = descriptor.families + descriptor.openFamilies
        if !families.isEmpty { out += "\n" + table(families) }
        return out
    }

    private static func table(_ families: [MetricFamily]) -> String {
        var out = "| metric | type | labels | meaning |\n|---|---|---|---|\n"
        for family in families {
            let labels = family.labelText.split(separator: ",").joined(separator: ", ")
            out += "| \(code(family.name)) | \(family.type.text) | \(cell(labels)) | \(cell(family.help)) |\n"
        }
        return out
    }

    private static func code(_ text: String) -> String { "`\(cell(text))`" }

    /// A table's cell: bars would end it, also between backquotes.
    private static func cell(_ text: String) -> String {
        var out = ""
        for character in text {
            switch character {
            case "|": out += "\\|"
            case "\n": out += " "
            default: out.append(character)
            }
        }
        return out
    }
}

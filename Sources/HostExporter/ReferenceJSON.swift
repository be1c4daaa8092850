// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Scraping

/// The metric reference as JSON: `{"version", "collectors": [...], "agent": [families]}`.
enum ReferenceJSON {
    static func text() -> String {
        let collectors = GlobalOptions.collectors.map(collector).joined(separator: ",\n")
        return """
            {"version": \(JSONText.quoted(BuildFacts.version)),
            "collectors": [
            \(collectors)
            ],
            "agent": \(families(AgentMetric.families))}

            """
    }

    private static func collector(_ descriptor: CollectorDescriptor) -> String {
        let options = descriptor.options.map(option).joined(separator: ", ")
        return "{\"name\": \(JSONText.quoted(descriptor.name)), \"default\": \(descriptor.isDefault), "
            + "\"group\": \(JSONText.quoted(descriptor.group.rawValue)), "
            + "\"help\": \(JSONText.quoted(descriptor.help)), \"reads\": \(JSONText.list(descriptor.reads)), "
            + "\"flags\": [\(options)], \"families\": \(families(descriptor.families)), "
            + "\"open_families\": \(families(descriptor.openFamilies))}"
    }

    private static func option(_ option: OptionDescriptor) -> String {
        let standard = option.kind.standard.map(JSONText.quoted) ?? "null"
        return "{\"name\": \(JSONText.quoted(option.name)), \"default\": \(standard), "
            + "\"accepts\": \(JSONText.quoted(option.kind.accepts)), \"help\": \(JSONText.quoted(option.help)), "
            + "\"older_names\": \(JSONText.list(option.aliases)), \"hidden\": \(option.isHidden), "
            + "\"inert\": \(option.isInert)}"
    }

    private static func families(_ families: [MetricFamily]) -> String {
        let rows = families.map { family in
            "{\"name\": \(JSONText.quoted(family.name)), \"type\": \"\(family.type.text)\", "
                + "\"labels\": \(JSONText.list(family.labels)), \"help\": \(JSONText.quoted(family.help))}"
        }
        return "[" + rows.joined(separator: ", ") + "]"
    }
}

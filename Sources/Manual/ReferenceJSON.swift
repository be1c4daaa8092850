// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition

/// The metric reference as JSON: `{"version", "collectors": [...], "agent": [families]}`, a collector a line.
package enum ReferenceJSON {
    /// The whole text, with a line feed behind it.
    package static func text(of program: ProgramDescription) -> String {
        var json = JSONWriter()
        json.object { json in
            json.member("version", program.version)
            json.lineBreak()
            json.key("collectors")
            json.array { json in
                for descriptor in program.collectors {
                    json.lineBreak()
                    write(descriptor, to: &json)
                }
                json.lineBreak()
            }
            json.lineBreak()
            json.key("agent")
            write(program.agentFamilies, to: &json)
        }
        return String(decoding: json.bytes, as: UTF8.self) + "\n"
    }

    private static func write(_ descriptor: CollectorDescriptor, to json: inout JSONWriter) {
        json.object { json in
            json.member("name", descriptor.name)
            json.member("default", descriptor.isDefault)
            json.member("group", descriptor.group.rawValue)
            json.member("help", descriptor.help)
            json.member("reads", descriptor.reads)
            json.key("flags")
            json.array { json in
                for option in descriptor.options { write(option, to: &json) }
            }
            json.key("families")
            write(descriptor.families, to: &json)
            json.key("open_families")
            write(descriptor.openFamilies, to: &json)
        }
    }

    private static func write(_ option: OptionDescriptor, to json: inout JSONWriter) {
        json.object { json in
            json.member("name", option.name)
            json.member("default", option.kind.standard)
            json.member("accepts", option.kind.accepts)
            json.member("help", option.help)
            json.member("older_names", option.aliases)
            json.member("hidden", option.isHidden)
            json.member("inert", option.isInert)
        }
    }

    private static func write(_ families: [MetricFamily], to json: inout JSONWriter) {
        json.array { json in
            for family in families {
                json.object { json in
                    json.member("name", family.name)
                    json.member("type", "\(family.type.text)")
                    json.member("labels", family.labels)
                    json.member("optional_labels", family.labels.filter(family.optionalLabels.contains))
                    json.member("any_labels", family.hasAnyLabels)
                    json.member("help", family.help)
                }
            }
        }
    }
}

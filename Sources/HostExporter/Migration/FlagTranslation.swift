// SPDX-License-Identifier: Apache-2.0

import CollectorKit

/// node_exporter's command line in our terms.
struct FlagTranslation {
    /// Words that we take, in their order.
    private(set) var words: [String] = []
    /// What they say, by option name.
    private(set) var given: [String: [String]] = [:]
    /// What we do not have or do not take, one sentence each.
    private(set) var missing: [String] = []
    /// What is taken and should be looked at.
    private(set) var notes: [String] = []

    /// Takes one flag after the other; what is wrong with one does not cost the next.
    init(_ arguments: [String]) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--") else {
                missing.append("\"\(word)\" is no flag")
                continue
            }
            let name = String(word.dropFirst(2).prefix { $0 != "=" })
            let isSwitch = Self.isSwitch(name)
            var pair = [word]
            if !isSwitch, !word.contains("="), let value = rest.first, !value.hasPrefix("--") {
                pair.append(value)
                rest = rest.dropFirst()
            }
            take(pair, name: name)
        }
    }

    private mutating func take(_ pair: [String], name: String) {
        do throws(ConfigurationError) {
            let parsed = try GlobalOptions.table.parse(pair)
            words.append(pair.count == 2 ? "\(pair[0])=\(pair[1])" : pair[0])
            notes += parsed.warnings
            for (option, values) in parsed.given {
                if GlobalOptions.table.option(option)?.isRepeatable == true {
                    given[option, default: []] += values
                } else {
                    given[option] = values
                }
            }
        } catch {
            missing.append(error.isUnknownFlag ? Self.absence(of: name) : error.description)
        }
    }

    private static func absence(of name: String) -> String {
        let bare = name.hasPrefix("no-") ? String(name.dropFirst(3)) : name
        let parts = bare.split(separator: ".")
        if parts.first == "collector", parts.count >= 2,
            !GlobalOptions.collectors.contains(where: { $0.name == parts[1] })
        {
            return "--\(name): there is no collector \(parts[1])"
        }
        return "--\(name): there is no such flag"
    }

    /// Whether a flag stands alone: ours are known, node_exporter's others are switches of collectors.
    private static func isSwitch(_ name: String) -> Bool {
        if let option = GlobalOptions.table.option(name) { return option.isSwitch }
        return name.hasPrefix("no-") || (name.hasPrefix("collector.") && name.split(separator: ".").count == 2)
    }
}

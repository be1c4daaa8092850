// SPDX-License-Identifier: Apache-2.0

package import CollectorKit

/// node_exporter's command line in our terms.
package struct FlagTranslation {
    /// Words that we take, in their order.
    package private(set) var words: [String] = []
    /// What they say, by option name.
    package private(set) var given: [String: [String]] = [:]
    /// What we do not have or do not take, one sentence each.
    package private(set) var missing: [String] = []
    /// What is taken and should be looked at.
    package private(set) var notes: [String] = []

    private let flags: FlagTable
    private let collectors: Set<String>

    /// Takes one flag after the other; what is wrong with one does not cost the next.
    ///
    /// - Parameters:
    ///   - arguments: node_exporter's.
    ///   - flags: every flag that we take.
    ///   - collectors: the names of those that we have.
    package init(_ arguments: [String], flags: FlagTable, collectors: some Sequence<String>) {
        self.flags = flags
        self.collectors = Set(collectors)
        var rest = arguments[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--") else {
                missing.append("\"\(word)\" is no flag")
                continue
            }
            let name = String(word.dropFirst(2).prefix { $0 != "=" })
            let isSwitch = isSwitch(name)
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
            let parsed = try flags.parse(pair)
            words.append(pair.count == 2 ? "\(pair[0])=\(pair[1])" : pair[0])
            notes += parsed.warnings
            for (option, values) in parsed.given {
                if flags.option(option)?.isRepeatable == true {
                    given[option, default: []] += values
                } else {
                    given[option] = values
                }
            }
        } catch {
            missing.append(error.isUnknownFlag ? absence(of: name) : error.description)
        }
    }

    private func absence(of name: String) -> String {
        let bare = name.hasPrefix("no-") ? String(name.dropFirst(3)) : name
        let parts = bare.split(separator: ".")
        if parts.first == "collector", parts.count >= 2, !collectors.contains(String(parts[1])) {
            return "--\(name): there is no collector \(parts[1])"
        }
        return "--\(name): there is no such flag"
    }

    /// Whether a flag stands alone: ours are known, node_exporter's others are switches of collectors.
    private func isSwitch(_ name: String) -> Bool {
        if let option = flags.option(name) { return option.isSwitch }
        return name.hasPrefix("no-") || (name.hasPrefix("collector.") && name.split(separator: ".").count == 2)
    }
}

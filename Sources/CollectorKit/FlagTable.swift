// SPDX-License-Identifier: Apache-2.0

/// All flags of the command, from which parsing, `--help`, completions, the manual page and the reference come.
public struct FlagTable: Sendable {
    /// What the command line said.
    public struct Parsed: Sendable {
        /// Given values by flag name, in order.
        public var given: [String: [String]] = [:]
        /// Words that are no flags.
        public var arguments: [String] = []
        /// Flags that are accepted and do nothing, or go by an older name; one sentence each.
        public var warnings: [String] = []
    }

    /// The flags in the order in which they were declared.
    public let options: [OptionDescriptor]
    private let byName: [String: Int]

    /// A table of options; a collector's switch is an option of kind flag.
    public init(_ options: [OptionDescriptor]) {
        self.options = options
        var table: [String: Int] = [:]
        for (index, option) in options.enumerated() {
            for name in [option.name] + option.aliases { table[name] = index }
        }
        byName = table
    }

    /// The switch `--collector.NAME` of a collector.
    public static func collectorSwitch(_ descriptor: CollectorDescriptor) -> OptionDescriptor {
        descriptor.toggle.descriptor
    }

    /// The option of a name or an older name, without dashes.
    public func option(_ name: String) -> OptionDescriptor? {
        byName[name].map { options[$0] }
    }

    /// Reads a command line (without the command's own name).
    public func parse(_ words: [String]) throws(ConfigurationError) -> Parsed {
        var parsed = Parsed()
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--"), word != "--" else {
                if word == "-h" {
                    parsed.given["help"] = ["true"]
                } else if word == "--" {
                    parsed.arguments += rest
                    rest = []
                } else if word.hasPrefix("-"), word.count > 1 {
                    throw FlagTable.unknown(word, suggestion: nil)
                } else {
                    parsed.arguments.append(word)
                }
                continue
            }
            try take(word.dropFirst(2), &rest, into: &parsed)
        }
        return parsed
    }

    private func take(
        _ word: Substring, _ rest: inout ArraySlice<String>, into parsed: inout Parsed
    ) throws(ConfigurationError) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        let value = parts.count > 1 ? String(parts[1]) : nil
        if let option = option(name) {
            note(option, as: name, &parsed)
            if case .flag = option.kind {
                let word = value ?? "true"
                guard word == "true" || word == "false" else {
                    throw ConfigurationError(
                        flag: name, "\"\(FlagTable.cut(word))\" is not accepted; it takes true or false, or no value")
                }
                parsed.given[option.name] = [word]
                return
            }
            guard let text = value ?? rest.popFirst() else {
                throw ConfigurationError(flag: name, "needs a value; it takes \(option.kind.accepts)")
            }
            try option.check(text, as: name)
            if case .texts = option.kind {
                parsed.given[option.name, default: []].append(text)
            } else {
                parsed.given[option.name] = [text]
            }
            return
        }
        if name.hasPrefix("no-"), let option = option(String(name.dropFirst(3))), case .flag = option.kind {
            note(option, as: String(name.dropFirst(3)), &parsed)
            guard value == nil else { throw ConfigurationError(flag: name, "takes no value") }
            parsed.given[option.name] = ["false"]
            return
        }
        throw FlagTable.unknown("--" + name, suggestion: suggestion(for: name))
    }

    private func note(_ option: OptionDescriptor, as name: String, _ parsed: inout Parsed) {
        if option.isInert {
            parsed.warnings.append("--\(name) is accepted for compatibility and does nothing")
        } else if name != option.name {
            parsed.warnings.append("--\(name) is an older name of --\(option.name)")
        }
    }

    private static func unknown(_ flag: String, suggestion: String?) -> ConfigurationError {
        let hint = suggestion.map { "did you mean --\($0)?" } ?? "--help lists all flags"
        return ConfigurationError(unknownFlag: cut(flag), hint: hint)
    }

    /// Offending text as messages quote it: at most 64 bytes.
    public static func cut(_ text: String) -> String {
        text.utf8.count <= 64 ? text : String(decoding: text.utf8.prefix(61), as: UTF8.self) + "..."
    }

    /// The known flag that a misspelt one most likely stands for; without dashes, nil where none does.
    public func suggestion(for name: String) -> String? {
        let negated = name.hasPrefix("no-")
        let wanted = Misspelling(negated ? String(name.dropFirst(3)) : name)
        var best: (slips: Int, name: String)?
        for option in options where !option.isHidden && (!negated || option.isSwitch) {
            guard let slips = wanted.slips(from: option.name) else { continue }
            if slips < best?.slips ?? .max { best = (slips, option.name) }
        }
        return best.map { (negated ? "no-" : "") + $0.name }
    }
}

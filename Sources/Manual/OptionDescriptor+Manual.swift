// SPDX-License-Identifier: Apache-2.0

import CollectorKit

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

    /// True where its value is a file or a folder.
    var takesPath: Bool {
        name.hasPrefix("path.") || name.hasSuffix("file") || name.hasSuffix("directory") || name.hasSuffix("servicedir")
    }

    /// The words that it takes, where they can be listed.
    var words: [String] {
        if case .choice(_, let words) = kind { return words }
        return []
    }
}

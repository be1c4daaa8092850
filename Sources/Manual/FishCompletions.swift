// SPDX-License-Identifier: Apache-2.0

import CollectorKit

/// Completions for fish.
enum FishCompletions {
    static func script(_ completed: CompletionWords) -> String {
        var out = "# fish completion for host-exporter\ncomplete -c host-exporter -f\n"
        for first in completed.firstWords {
            let found = completed.subcommands.filter { $0.words[0] == first }
            let help = found.count == 1 ? found[0].help : ""
            out += "complete -c host-exporter -n __fish_use_subcommand -a \(first) -d \(quoted(help))\n"
        }
        for (first, seconds) in completed.secondWords {
            let words = seconds.joined(separator: " ")
            out += "complete -c host-exporter -n '__fish_seen_subcommand_from \(first); "
            out += "and not __fish_seen_subcommand_from \(words)' -a '\(words)'\n"
        }
        out += "complete -c host-exporter -n '__fish_seen_subcommand_from check' -F\n"
        for option in completed.options {
            let help = quoted(option.help)
            if option.isSwitch {
                out += "complete -c host-exporter -l \(option.name) -d \(help)\n"
                out += "complete -c host-exporter -l no-\(option.name) -d \(help)\n"
            } else {
                let values = option.words.isEmpty ? "" : " -a \(quoted(option.words.map(word).joined(separator: " ")))"
                out +=
                    "complete -c host-exporter -l \(option.name) \(option.takesPath ? "-r -F" : "-x")\(values) -d \(help)\n"
            }
        }
        return out
    }

    private static func word(_ text: String) -> String { ShellText.isPlain(text) ? text : quoted(text) }

    /// A word in fish's single quotes, in which backslash and quote are escaped.
    private static func quoted(_ text: String) -> String {
        var out = "'"
        for character in text {
            if character == "'" || character == "\\" { out += "\\" }
            out.append(character)
        }
        return out + "'"
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit

/// Completions for zsh, by its _arguments.
enum ZshCompletions {
    static func script(_ completed: CompletionWords) -> String {
        var flags = ""
        for option in completed.options {
            let help = quoted("[\(escaped(option.help))]")
            if option.isSwitch {
                flags += "        --\(option.name)\(help)\n        --no-\(option.name)\(help)\n"
                continue
            }
            let values =
                option.words.isEmpty
                ? (option.takesPath ? "_files" : " ") : "(\(option.words.map(ShellText.word).joined(separator: " ")))"
            let star = option.isRepeatable ? "'*'" : ""
            flags +=
                "        \(star)--\(option.name)=\(help)\(quoted(":\(escaped(option.placeholder.lowercased())):\(values)"))\n"
        }
        var seconds = ""
        for (first, words) in completed.secondWords {
            seconds += "                \(first)) compadd \(words.joined(separator: " ")) ;;\n"
        }
        return """
            #compdef host-exporter
            _host_exporter() {
                local -a flags
                flags=(
            \(flags)    )
                _arguments -S $flags '1: :(\(completed.firstWords.joined(separator: " ")))' '*:: :_host_exporter_rest'
            }
            _host_exporter_rest() {
                if (( CURRENT == 2 )); then
                    case $words[1] in
            \(seconds)        esac
                elif [[ $words[2] == check ]]; then
                    _files
                fi
            }
            if [[ $funcstack[1] == _host-exporter || $funcstack[1] == _host_exporter ]]; then
                _host_exporter "$@"
            else
                compdef _host_exporter host-exporter
            fi

            """
    }

    /// What _arguments reads as its own marks.
    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in text {
            if "[]:\\".contains(character) { out += "\\" }
            out.append(character)
        }
        return out
    }

    private static func quoted(_ text: String) -> String { ShellText.quoted(text) }
}

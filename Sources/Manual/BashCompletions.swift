// SPDX-License-Identifier: Apache-2.0

import CollectorKit

/// Completions for bash, without the help of bash-completion.
enum BashCompletions {
    static func script(_ completed: CompletionWords) -> String {
        let flags = completed.options.flatMap {
            $0.isSwitch ? ["--\($0.name)", "--no-\($0.name)"] : ["--\($0.name)="]
        }
        var values = ""
        for option in completed.options where !option.words.isEmpty {
            // compgen takes quotes off and expands once more.
            let words = ShellText.quoted(option.words.map(ShellText.word).joined(separator: " "))
            values += "        --\(option.name)) words=\(words) ;;\n"
        }
        let paths = completed.options.filter(\.takesPath).map { "--\($0.name)" }.joined(separator: "|")
        var seconds = ""
        for (first, words) in completed.secondWords {
            seconds += "        \(first)) words='\(words.joined(separator: " "))' ;;\n"
        }
        return """
            # bash completion for host-exporter
            _host_exporter() {
                local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words='' flag=''
                COMPREPLY=()
                # Readline parts words at "=" too.
                if [[ $word == '=' ]]; then
                    flag=$before word=''
                elif [[ $before == '=' ]]; then
                    flag=${COMP_WORDS[COMP_CWORD-2]}
                elif [[ $before == --* ]]; then
                    flag=$before
                fi
                case $flag in
            \(values)        \(paths))
                        compopt -o filenames 2>/dev/null
                        mapfile -t COMPREPLY < <(compgen -f -- "$word")
                        return ;;
                esac
                if [[ -z $words && $word == -* ]]; then
                    words='\(flags.joined(separator: " "))'
                    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
                    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
                    return
                fi
                [[ -n $words ]] || case $before in
            \(seconds)        check) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
                esac
                [[ -n $words || $COMP_CWORD != 1 ]] || words='\(completed.firstWords.joined(separator: " "))'
                [[ -z $words ]] || mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
            }
            complete -F _host_exporter host-exporter

            """
    }
}

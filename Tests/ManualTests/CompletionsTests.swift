// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Foundation
import Manual
import Testing

@Suite struct CompletionsTests {
    static let hasBash = FileManager.default.isExecutableFile(atPath: "/usr/bin/bash")

    private func script(_ shell: String) throws -> String {
        try #require(Completions.script(for: shell, of: SmallProgram.description))
    }

    @Test("there is a script for each shell and for no other word")
    func shells() {
        for shell in Completions.shells {
            #expect(Completions.script(for: shell, of: SmallProgram.description) != nil)
        }
        #expect(Completions.script(for: "sh", of: SmallProgram.description) == nil)
        #expect(Completions.script(for: "", of: SmallProgram.description) == nil)
    }

    @Test(
        "every script has each flag and subcommand that is shown, and none that is hidden",
        arguments: Completions.shells)
    func everything(shell: String) throws {
        let script = try script(shell)
        let dashes = shell == "fish" ? "-l " : "--"
        for name in SmallProgram.shown { #expect(script.contains(dashes + name), "\(name)") }
        for word in ["serve", "config", "check", "print", "list", "completions", "bash", "zsh", "fish"] {
            #expect(script.contains(word), "\(word)")
        }
        let json = shell == "fish" ? "-l json " : "--json"
        #expect(script.split(separator: json).count == 2)
        #expect(!script.contains("secret") && !script.contains("packagers") && !script.contains("raw"))
    }

    @Test("a switch has both of its forms, what takes a value one")
    func switches() throws {
        let zsh = try script("zsh")
        #expect(zsh.contains("        --no-collector.disk'[Disks | and more.]'\n"))
        #expect(!zsh.contains("--no-config.file"))
        #expect(zsh.contains("        --config.file='[A file.]'':text:_files'\n"))
        #expect(zsh.contains("        '*'--web.listen-address='[An address.]'':text: '\n"))
        let fish = try script("fish")
        #expect(fish.contains("complete -c host-exporter -l no-collector.disk -d 'Disks | and more.'\n"))
        #expect(fish.contains("complete -c host-exporter -l config.file -r -F -d 'A file.'\n"))
        #expect(fish.contains("complete -c host-exporter -l log.level -x -a 'debug info' -d "))
    }

    @Test("help is quoted so that no shell reads it as its own")
    func quoting() throws {
        let zsh = try script("zsh")
        #expect(
            zsh.contains(
                #"'[Takes '\''one'\'' "two" \\three `four` $HOME $(id) \[five\]\: six|seven ~ ^ - é.]'':debug|info:"#))
        let fish = try script("fish")
        #expect(fish.contains(#"-d 'Takes \'one\' "two" \\three `four` $HOME $(id) [five]: six|seven ~ ^ - é.'"#))
        #expect(fish.contains(#"-a '\'it\\\'s\' \'$(echo no)\' \'a b\''"#))
    }

    @Test("bash can read its script", .enabled(if: hasBash, "bash is not installed"))
    func syntax() throws {
        let found = try run("/usr/bin/bash", ["-n"], input: script("bash"))
        #expect(found.status == 0 && found.error == "")
    }

    @Test(
        "bash completes subcommands, flags, values and files", .enabled(if: hasBash, "bash is not installed"),
        arguments: [
            (["ser"], ["serve"]), ([""], ["serve", "config", "list", "show", "completions"]),
            (["config", ""], ["check", "print"]),
            (["completions", "f"], ["fish"]), (["--log.l"], ["--log.level="]), (["--no-coll"], noSwitches),
            (["--log.level", "=", ""], ["debug", "info"]), (["--log.level", "=", "i"], ["info"]),
            (["--log.level", "d"], ["debug"]), (["--log.level", "="], ["debug", "info"]),
            (["--odd", "=", ""], ["it's", "$(echo no)", "a b"]), (["--sec"], []), (["man", ""], []),
            (["--config.file", "=", "/pro"], ["/proc"]), (["config", "check", "/pro"], ["/proc"]),
            (["$(echo x >&2)"], []),
        ])
    func bash(words: [String], completed: [String]) throws {
        let script = """
            \(try script("bash"))
            COMP_WORDS=(host-exporter \(words.map(ShellText.quoted).joined(separator: " ")))
            COMP_CWORD=\(words.count)
            _host_exporter
            [ ${#COMPREPLY[@]} = 0 ] || printf '%s\\n' "${COMPREPLY[@]}"
            """
        let found = try run("/usr/bin/bash", ["--norc"], input: script)
        #expect(found.output.split(separator: "\n").map(String.init) == completed)
    }

    private static let noSwitches = ["--no-collector.disk", "--no-collector.quiet"]
}

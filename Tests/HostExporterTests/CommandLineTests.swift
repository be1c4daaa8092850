// SPDX-License-Identifier: Apache-2.0

import Agent
import CollectorKit
import Manual
import Testing

@testable import host_exporter

/// The program's own tables: what holds for any program is tested in ManualTests.
@Suite struct CommandLineTests {
    private static let options = GlobalOptions.table.options
    private static let shown = options.filter { !$0.isHidden }

    private func name(_ words: String...) -> String {
        do throws(UnknownSubcommand) {
            let found = try Subcommand.find(in: words)
            return ([found.subcommand.description.name] + found.operands).joined(separator: "|")
        } catch {
            return error.description
        }
    }

    @Test("words name a subcommand by one or two, what is left are its operands, no words are serve")
    func find() {
        #expect(name() == "serve")
        #expect(name("once") == "once")
        #expect(name("config", "check", "a", "b") == "config check|a|b")
        #expect(name("devices") == "devices" && name("devices", "forget", "x") == "devices forget|x")
        #expect(name("man") == "man")
    }

    @Test("a word that names none is refused with those that are near")
    func unknown() {
        #expect(name("config") == "unknown subcommand \"config\"; there are config check FILE and config print")
        #expect(
            name("config", "chek").hasPrefix("unknown subcommand \"config chek\"; there are config check FILE and "))
        #expect(name("nothing").hasPrefix("unknown subcommand \"nothing\"; there are serve, once, "))
        #expect(!name("nothing").contains(" man"))
        #expect(name(String(repeating: "x", count: 5_000)).utf8.count < 500)
    }

    @Test("every name of a flag has one owner; subcommands may share one of the same kind")
    func owners() {
        let subcommands = Subcommand.all.flatMap(\.description.options)
        var owned: Set<String> = []
        for option in GlobalOptions.settings + GlobalOptions.requests + [GlobalOptions.configFile.descriptor] {
            for name in [option.name] + option.aliases { #expect(owned.insert(name).inserted, "\(name)") }
        }
        for option in subcommands {
            #expect(!owned.contains(option.name), "\(option.name)")
            #expect(subcommands.allSatisfy { $0.name != option.name || $0.kind == option.kind }, "\(option.name)")
        }
        #expect(Set(Subcommand.all.map(\.description.name)).count == Subcommand.all.count)
    }

    @Test("every flag that is shown stands in the help, the manual page and each shell's completions")
    func everywhere() throws {
        let help = HelpText.text(of: Program.description)
        let manual = ManualPage.text(of: Program.description).replacing("\\-", with: "-")
        let scripts = try Completions.shells.map {
            try #require(Completions.script(for: $0, of: Program.description))
        }
        for option in Self.shown {
            let flag = option.isSwitch ? "--[no-]\(option.name)\n" : "--\(option.name)="
            #expect(help.contains("  " + flag), "\(option.name)")
            #expect(manual.contains("\\&" + flag), "\(option.name)")
            for (shell, script) in zip(Completions.shells, scripts) {
                #expect(script.contains(shell == "fish" ? "-l \(option.name) " : "--\(option.name)"), "\(option.name)")
            }
        }
        #expect(Self.shown.count > 80)
    }

    @Test("help and names are one line of plain text each, help a sentence")
    func sentences() {
        for option in Self.options {
            #expect(option.help.hasSuffix(".") && !option.help.contains("\n"), "\(option.name)")
            #expect(option.name.wholeMatch(of: /[a-zA-Z0-9._-]+/) != nil, "\(option.name)")
            if let standard = option.kind.standard {
                #expect(throws: Never.self, "\(option.name)") { try option.check(standard, as: option.name) }
            }
        }
        for description in Subcommand.all.map(\.description) {
            #expect(!description.help.hasSuffix(".") && !description.help.contains("\n"), "\(description.name)")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Configuration
import Testing

@testable import Agent

@Suite struct LoadedConfigurationTests {
    private func load(
        _ flags: [String: [String]], _ variables: [String: String] = [:], isReading: Bool = true
    ) throws(LoadedConfiguration.Refusal) -> LoadedConfiguration {
        try LoadedConfiguration(
            flags: flags, tables: MadeUpHost.tables, isReading: isReading,
            variables: variables.map { (name: "HOST_EXPORTER_" + $0.key, value: $0.value) })
    }

    @Test("a flag beats the environment, which beats the file")
    func precedence() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("c.yml", "log.level: debug\nlog.format: json\nscrape.timeout: 1s\n")
        let loaded = try load(
            ["config.file": [file], "log.level": ["error"]], ["LOG_LEVEL": "warn", "LOG_FORMAT": "logfmt"])
        let options = loaded.configuration.options
        #expect(options[GlobalOptions.logLevel] == "error")
        #expect(options[GlobalOptions.logFormat] == "logfmt")
        #expect(options[GlobalOptions.scrapeTimeout] == 1_000_000_000)
        #expect(loaded.configuration.origin(of: "log.level") == .flag)
        #expect(loaded.configuration.origin(of: "log.format") == .environment("HOST_EXPORTER_LOG_FORMAT"))
        #expect(loaded.configuration.origin(of: "scrape.timeout") == .file(file, line: 3))
    }

    @Test("the environment may name the file, the flag another one, an empty name none")
    func whichFile() throws {
        let folder = try TemporaryFolder()
        let debug = try folder.write("debug.yml", "log.level: debug\n")
        let warn = try folder.write("warn.yml", "log.level: warn\n")
        func level(_ flags: [String: [String]], _ variables: [String: String]) throws -> String {
            try load(flags, variables).configuration.options[GlobalOptions.logLevel]
        }
        #expect(try level([:], ["CONFIG_FILE": debug]) == "debug")
        #expect(try level(["config.file": [warn]], ["CONFIG_FILE": debug]) == "warn")
        #expect(try level(["config.file": [""]], ["CONFIG_FILE": debug]) == "info")
        #expect(try level([:], [:]) == "info")
    }

    @Test("everything that is wrong with environment and file is said at once")
    func problems() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("c.yml", "log.level: loud\nno.such: 1\n")
        let refusal = #expect(throws: LoadedConfiguration.Refusal.self) {
            try load(["config.file": [file]], ["SCRAPE_TIMEOUT": "5"])
        }
        let lines = try #require(refusal).problems.map(\.description)
        #expect(lines.count == 3)
        #expect(lines[0].hasPrefix("HOST_EXPORTER_SCRAPE_TIMEOUT: "))
        #expect(lines[1].hasPrefix("\(file):1: log.level: "))
        #expect(lines[2].hasPrefix("\(file):2: no.such: "))
    }

    @Test("a file that is not there is a refusal, and a subcommand that needs neither reads neither")
    func absent() throws {
        let path = "/nowhere/c.yml"
        #expect(throws: LoadedConfiguration.Refusal.self) { try load(["config.file": [path]]) }
        let loaded = try load(["config.file": [path], "log.level": ["warn"]], ["LOG_LEVEL": "loud"], isReading: false)
        #expect(loaded.configuration.options[GlobalOptions.logLevel] == "warn" && loaded.warnings.isEmpty)
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Collectors
import Configuration
import Logging
import Scraping

@testable import Agent

/// A made-up /proc for a few real collectors, and a configuration file beside it.
struct MadeUpHost {
    static let entries = Registry.entries.filter { ["arp", "filefd", "loadavg"].contains($0.descriptor.name) }
    static let facts = AgentFacts(version: "1.2.3", revision: "abc", swiftVersion: "6", compatibleVersion: "9.8.7")
    static let tables = FlagTables(
        commandLine: FlagTable(GlobalOptions.settings + [GlobalOptions.configFile.descriptor] + GlobalOptions.requests),
        environment: GlobalOptions.environmentTable, file: GlobalOptions.fileTable)

    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("proc/loadavg", "0.25 0.5 0.75 1/100 1234\n")
        try folder.write("proc/sys/fs/file-nr", "100\t0\t2000\n")
    }

    /// The path of the configuration file.
    var file: String { folder.path + "/config.yml" }

    /// Reads the flags and the file, which has to exist where `flags` names it.
    func load(_ flags: [String: [String]]) throws(LoadedConfiguration.Refusal) -> LoadedConfiguration {
        let places = [
            "path.procfs": [folder.path + "/proc"], "path.sysfs": [folder.path + "/sys"],
            "path.rootfs": [folder.path], "path.udev.data": [folder.path + "/udev"],
            "collector.arp": ["false"],
        ]
        return try LoadedConfiguration(flags: places.merging(flags) { $1 }, tables: Self.tables, variables: [])
    }

    /// The collectors as these flags want them.
    func assembly(_ flags: [String: [String]] = [:], logger: Logger? = nil) throws -> Assembly {
        try Assembly(
            options: load(flags).configuration.options, entries: Self.entries, facts: Self.facts, logger: logger)
    }
}

extension Assembly {
    /// The names of the enabled collectors.
    var names: [String] { enabled.map(\.name).sorted() }
}

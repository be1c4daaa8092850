// SPDX-License-Identifier: Apache-2.0

import Agent
import CollectorKit
import Pages

/// `collectors`: every collector with its default, its state on this host and why.
enum CollectorsCommand {
    static let subcommand = Subcommand(
        name: "collectors", help: "list the collectors with their state on this host and why", run: run)

    private static func run(_ invocation: Invocation) throws(ConfigurationError) -> Int32 {
        let assembly = try Assembly(options: invocation.options.learningNothing, facts: BuildFacts.agent, logger: nil)
        _ = assembly.scrapeOnce()
        var rows = [["COLLECTOR", "DEFAULT", "STATE", "WHY"]]
        for report in assembly.reports() {
            rows.append([
                report.name, report.isDefault ? "on" : "off", report.stateText,
                report.isEnabled ? report.reason : "not enabled",
            ])
        }
        let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            var line = ""
            for column in 0..<3 {
                line += row[column] + String(repeating: " ", count: widths[column] - row[column].count + 2)
            }
            line += row[3]
            while line.hasSuffix(" ") { line.removeLast() }
            print(line)
        }
        return 0
    }
}

// SPDX-License-Identifier: Apache-2.0

import Agent
import CollectorKit
import Exposition
import Manual
import Scraping

/// This program, as its manual describes it.
enum Program {
    static let description = ProgramDescription(
        version: BuildFacts.version, compatibleVersion: BuildFacts.compatibleVersion,
        sections: GlobalOptions.sections.map { ProgramDescription.Section($0.title, $0.options) },
        subcommands: Subcommand.all.map(\.description), collectors: GlobalOptions.collectors,
        agentFamilies: AgentMetric.families, flags: GlobalOptions.table)
}

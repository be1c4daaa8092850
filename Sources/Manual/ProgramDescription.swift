// SPDX-License-Identifier: Apache-2.0

package import CollectorKit
package import Exposition

/// All that can be typed at the program and all that it reports: what `--help`, the manual page, the completions and
/// the metric reference are made from.
package struct ProgramDescription: Sendable {
    /// Flags that `--help` and the manual page show under one title.
    package struct Section: Sendable {
        /// The title, without a colon.
        package let title: String
        /// The flags in the order in which they are shown.
        package let options: [OptionDescriptor]

        /// A section.
        package init(_ title: String, _ options: [OptionDescriptor]) {
            self.title = title
            self.options = options
        }
    }

    /// The version of this program.
    package let version: String
    /// The version of node_exporter whose series are served.
    package let compatibleVersion: String
    /// The flags that belong neither to a collector nor to a subcommand.
    package let sections: [Section]
    /// Every subcommand in the order of `--help`; the first is the default.
    package let subcommands: [SubcommandDescription]
    /// Every collector, sorted by name.
    package let collectors: [CollectorDescriptor]
    /// What the agent reports of itself.
    package let agentFamilies: [MetricFamily]
    /// Every flag there is.
    package let flags: FlagTable

    /// A description.
    package init(
        version: String, compatibleVersion: String, sections: [Section], subcommands: [SubcommandDescription],
        collectors: [CollectorDescriptor], agentFamilies: [MetricFamily], flags: FlagTable
    ) {
        self.version = version
        self.compatibleVersion = compatibleVersion
        self.sections = sections
        self.subcommands = subcommands
        self.collectors = collectors
        self.agentFamilies = agentFamilies
        self.flags = flags
    }

    /// The subcommands that are shown.
    var listed: [SubcommandDescription] { subcommands.filter { !$0.isHidden } }
}

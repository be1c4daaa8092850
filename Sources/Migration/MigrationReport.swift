// SPDX-License-Identifier: Apache-2.0

package import CollectorKit
import Configuration
import Manual

/// What `migrate` prints.
package enum MigrationReport {
    private static let shownPerFamily = 3

    /// How node_exporter is started, and our command line and settings that say the same.
    ///
    /// `service` is nil where none was found; `settings` are what a configuration file may set, in the order in which
    /// they are shown.
    package static func text(_ service: PeerService?, _ translation: FlagTranslation, settings: FlagTable) -> String {
        guard let service else { return "No node_exporter service was found; its defaults are assumed.\n" }
        let words = (["host-exporter"] + translation.words).map(ShellText.word).joined(separator: " ")
        var out = """
            node_exporter is started by \(service.sources.joined(separator: " with ")).

            The same here:

              \(words)

            """
        let lines = settings.options.compactMap { option in
            translation.given[option.name].map { ConfigurationText.line(option, $0) }
        }
        if !lines.isEmpty {
            out += "\nor in the file of --config.file, where nothing needs quoting tricks:\n\n"
            for line in lines { out += "  \(line)\n" }
        }
        for note in translation.notes { out += "\nNote: \(note).\n" }
        if !translation.missing.isEmpty {
            out += "\nNot here:\n"
            for sentence in translation.missing { out += "  \(sentence)\n" }
        }
        return out
    }

    /// What differs between the pages, a few series of each family.
    package static func text(_ comparison: PageComparison) -> String {
        var out =
            "\n\(comparison.same) series are the same, \(comparison.newSeries) are new under names of this agent's "
            + "own.\n"
        out += list("Missing here", comparison.missing)
        out += list("Added here", comparison.added)
        out += list("Differing beyond their own movement", comparison.differing)
        if !comparison.types.isEmpty { out += "\nOf another type:\n" }
        for type in comparison.types { out += "  \(type)\n" }
        if comparison.isEmpty { out += "Nothing would change.\n" }
        return out
    }

    private static func list(_ title: String, _ found: [String: [String]]) -> String {
        guard !found.isEmpty else { return "" }
        var out = "\n\(title):\n"
        for (family, series) in found.sorted(by: { $0.key < $1.key }) {
            for one in series.sorted().prefix(shownPerFamily) { out += "  \(one)\n" }
            if series.count > shownPerFamily {
                out += "  ... and \(series.count - shownPerFamily) more of \(family)\n"
            }
        }
        return out
    }
}

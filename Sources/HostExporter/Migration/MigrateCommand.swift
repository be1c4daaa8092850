// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Configuration
import Exposition
import Glibc
import Manual
import Scraping

/// `migrate`: what would change if this agent took node_exporter's place.
enum MigrateCommand {
    private static let defaultsFile = Flag.text(
        "defaults-file", default: PeerService.standardDefaults, help: "Where node_exporter's ARGS are set.")
    private static let unitFile = Flag.text(
        "unit-file", help: "node_exporter's systemd unit. Default: the one that is installed.")
    private static let peerURL = Flag.text(
        "peer-url", default: "http://localhost:9100/metrics", help: "Where node_exporter serves.")
    private static let ownURL = Flag.text(
        "own-url", help: "Where this agent serves. Default: the collectors are run within this command.")

    static let subcommand = Subcommand(
        name: "migrate", help: "show what would change if this took node_exporter's place",
        flags: [defaultsFile, unitFile, peerURL, ownURL],
        run: run)

    private static let roundLimit = 3
    private static let shownPerFamily = 3

    /// 0 where nothing would change, 1 where something would or cannot be told.
    private static func run(_ invocation: Invocation) throws(ConfigurationError) -> Int32 {
        let options = invocation.options
        let unit = options[Self.unitFile]
        let service = PeerService(
            units: unit.isEmpty ? PeerService.standardUnits : [unit], defaults: options[Self.defaultsFile])
        var translation = FlagTranslation([])
        if let service {
            translation = FlagTranslation(service.arguments)
            show(service, translation)
        } else {
            print("No node_exporter service was found; its defaults are assumed.")
        }
        var isSame = translation.missing.isEmpty
        do {
            let comparison = try compare(translation, invocation)
            show(comparison)
            isSame = isSame && comparison.isEmpty
        } catch let error as ConfigurationError {
            throw error
        } catch {
            print("\nThe pages cannot be compared: \(error)")
            isSame = false
        }
        return isSame ? 0 : 1
    }

    // MARK: Scraping both

    private static func compare(_ translation: FlagTranslation, _ invocation: Invocation) throws -> PageComparison {
        let peer = invocation.options[Self.peerURL]
        let own = invocation.options[Self.ownURL]
        _ = try PageFetch.get(peer)
        let given = invocation.flags.merging(translation.given) { flag, _ in flag }
        let configuration = EffectiveConfiguration(
            flags: given, environment: [:], file: [:], table: GlobalOptions.table)
        let assembly = own.isEmpty ? try Assembly(options: configuration.options, logger: nil) : nil
        if let assembly {
            assembly.scraper.sample()
            OnceCommand.sleep(nanoseconds: 1_050_000_000)
        }
        var rounds: [PageComparison.Round] = []
        var comparison = PageComparison([])
        // Differences that are chance go away when one looks again.
        while rounds.count < roundLimit {
            let before = try SeriesPage(PageFetch.get(peer))
            let ours = try SeriesPage(assembly.map { try scrape($0, peer: peer) } ?? PageFetch.get(own))
            OnceCommand.sleep(nanoseconds: 300_000_000)
            let after = try SeriesPage(PageFetch.get(peer))
            rounds.append(PageComparison.Round(before: before, ours: ours, after: after))
            comparison = PageComparison(rounds)
            if comparison.differing.isEmpty { break }
        }
        return comparison
    }

    /// Scrapes with a connection open, as one is while the peer counts its host's connections.
    private static func scrape(_ assembly: Assembly, peer: String) throws(PageFetch.Failure) -> [UInt8] {
        let connection = try PageFetch.open(peer)
        defer { close(connection.descriptor) }
        return OnceCommand.scrape(assembly)
    }

    // MARK: Showing

    private static func show(_ service: PeerService, _ translation: FlagTranslation) {
        print("node_exporter is started by \(service.sources.joined(separator: " with ")).")
        print(
            "\nThe same here:\n\n  \((["host-exporter"] + translation.words).map(ShellText.word).joined(separator: " "))"
        )
        let lines = GlobalOptions.fileTable.options.compactMap { option in
            translation.given[option.name].map { ConfigurationText.line(option, $0) }
        }
        if !lines.isEmpty {
            print("\nor in the file of --config.file, where nothing needs quoting tricks:\n")
            for line in lines { print("  \(line)") }
        }
        for note in translation.notes { print("\nNote: \(note).") }
        if !translation.missing.isEmpty {
            print("\nNot here:")
            for sentence in translation.missing { print("  \(sentence)") }
        }
    }

    private static func show(_ comparison: PageComparison) {
        print(
            "\n\(comparison.same) series are the same, \(comparison.newSeries) are new under names of this agent's own."
        )
        show("Missing here", comparison.missing)
        show("Added here", comparison.added)
        show("Differing beyond their own movement", comparison.differing)
        if !comparison.types.isEmpty { print("\nOf another type:") }
        for type in comparison.types { print("  \(type)") }
        if comparison.isEmpty { print("Nothing would change.") }
    }

    private static func show(_ title: String, _ found: [String: [String]]) {
        guard !found.isEmpty else { return }
        print("\n\(title):")
        for (family, series) in found.sorted(by: { $0.key < $1.key }) {
            for one in series.sorted().prefix(shownPerFamily) { print("  \(one)") }
            if series.count > shownPerFamily { print("  ... and \(series.count - shownPerFamily) more of \(family)") }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Agent
import CollectorKit
import Configuration
import Glibc
import Migration
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

    private static let lookLimit = 3

    /// 0 where nothing would change, 1 where something would or cannot be told.
    private static func run(_ invocation: Invocation) throws(ConfigurationError) -> Int32 {
        let options = invocation.options
        let unit = options[Self.unitFile]
        let service = PeerService(
            units: unit.isEmpty ? PeerService.standardUnits : [unit], defaults: options[Self.defaultsFile])
        let translation = FlagTranslation(
            service?.arguments ?? [], flags: GlobalOptions.table, collectors: GlobalOptions.collectors.map(\.name))
        print(MigrationReport.text(service, translation, settings: GlobalOptions.fileTable), terminator: "")
        var isSame = translation.missing.isEmpty
        do {
            let comparison = try compare(translation, invocation)
            print(MigrationReport.text(comparison), terminator: "")
            isSame = isSame && comparison.isEmpty
        } catch let error as ConfigurationError {
            throw error
        } catch {
            print("\nThe pages cannot be compared: \(error)")
            isSame = false
        }
        return isSame ? 0 : 1
    }

    private static func compare(_ translation: FlagTranslation, _ invocation: Invocation) throws -> PageComparison {
        let peer = invocation.options[Self.peerURL]
        let own = invocation.options[Self.ownURL]
        _ = try PageFetch.get(peer)
        let given = invocation.flags.merging(translation.given) { flag, _ in flag }
        let configuration = EffectiveConfiguration(
            flags: given, environment: [:], file: [:], table: GlobalOptions.table)
        let assembly =
            own.isEmpty ? try Assembly(options: configuration.options, facts: BuildFacts.agent, logger: nil) : nil
        assembly?.sampleForOneSecond()
        return try PageComparison.looking(
            limit: lookLimit, peer: { try PageFetch.get(peer) },
            ours: { try assembly.map { try scrape($0, peer: peer) } ?? PageFetch.get(own) },
            pause: { Clock.sleep(nanoseconds: 300_000_000) })
    }

    /// Scrapes with a connection open, as one is while the peer counts its host's connections.
    private static func scrape(_ assembly: Assembly, peer: String) throws(PageFetch.Failure) -> [UInt8] {
        let connection = try PageFetch.open(peer)
        defer { close(connection.descriptor) }
        return assembly.scrapeOnce()
    }
}

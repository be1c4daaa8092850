// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Glibc
import KernelFiles

/// The chips below /sys/class/hwmon, each of which may hang by itself.
final class HwmonSource: LaneSource {
    /// What makes a chip the one that it is.
    private struct Identity: Equatable {
        let entry: HwmonEntry
        let label: String
    }

    private struct Listing {
        var directory: WatchedDirectory
        var entries: [HwmonEntry] = []
        var chips = ItemSet<String, Identity, HwmonChip>()
    }

    let lane = "hwmon"
    /// The folder that has the chips.
    let path: String

    private let absence: AbsenceMemory
    private let chipFilter: DeviceFilter
    private let sensorFilter: DeviceFilter
    private let listing: ItemListing<Listing>

    init(context: CollectorContext) throws(ConfigurationError) {
        path = context.roots.sys("class/hwmon")
        absence = AbsenceMemory(path)
        chipFilter = try HwmonFlags.chips(context.options)
        sensorFilter = try DeviceFilter(
            context.options, include: HwmonCollector.sensorInclude, exclude: HwmonCollector.sensorExclude)
        listing = ItemListing(of: path, Listing(directory: WatchedDirectory(path)))
    }

    /// At most one look-up of the folder, so that a driver that is loaded later is noticed at the next scrape.
    var isNeeded: Bool {
        let events = absence.now()
        if absence.isMissing(at: events) { return false }
        // Safe: the call reads a string that lives as long as the call.
        // A folder that cannot be looked at is listed, which says why.
        let isThere = unsafe access(path, F_OK) == 0 || errno != ENOENT
        absence.note(isMissing: !isThere, at: events)
        return isThere
    }

    func list(from reader: inout KernelFileReader) -> [any LaneItem] {
        let scrape = reader.scrape
        return listing.update(in: scrape) { (listing) throws(CollectorError) in
            try update(&listing, from: &reader)
            return listing.chips.laneItems
        }
    }

    /// Takes over the chips' samples of this scrape; one that did not answer in time is lost.
    func collect(in scrape: UInt64, into writer: inout HwmonCollector.Writer) throws(CollectorError) {
        try listing.withResult(of: scrape) { listing in
            for chip in listing.chips.entries {
                let isRead: Void? = chip.item.withResult(of: scrape) { writer.merge($0.writer) }
                if isRead == nil { writer.loseItem("\(chip.item.name) did not answer in time") }
            }
        }
    }

    private func update(
        _ listing: inout Listing, from reader: inout KernelFileReader
    ) throws(CollectorError) {
        switch try listing.directory.list(from: &reader) {
        case .missing: listing.entries = []
        case .same:
            guard listing.entries.contains(where: { $0.isChanged(&reader) }) || listing.chips.isOutdated else { return }
            listing.directory.forget()
            guard case .changed(let names) = try listing.directory.list(from: &reader) else { return }
            listing.entries = entries(names, from: &reader)
        case .changed(let names): listing.entries = entries(names, from: &reader)
        }
        let labels = HwmonEntry.labels(of: listing.entries)
        let shown = zip(listing.entries, labels).filter { !chipFilter.ignores($1) }.map(Identity.init)
        listing.chips.update(to: shown, id: \.entry.entry, identity: { $0 }) { chip in
            let runtimePM = RuntimePM(above: chip.entry.path, from: &reader)
            let content = HwmonChip(
                chip.entry, label: chip.label, sensorFilter: sensorFilter, runtimePM: runtimePM)
            return Item(chip.entry.path, content)
        }
    }

    private func entries(_ names: [String], from reader: inout KernelFileReader) -> [HwmonEntry] {
        names.compactMap { HwmonEntry($0, in: path, from: &reader) }
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Glibc
import KernelFiles

/// The chips below /sys/class/hwmon, each of which may hang by itself.
final class HwmonSource: ItemSource, @unchecked Sendable {
    // Everything mutable is used only by who holds `discovery`.
    let laneName = "hwmon"
    let discovery = ItemState()
    private(set) var items: [any SourceItem] = []
    /// The same as `items`.
    private(set) var chips: [HwmonChip] = []

    /// The folder that has the chips.
    let path: String

    private let chipFilter: DeviceFilter
    private let sensorFilter: DeviceFilter
    private var directory: WatchedDirectory
    private var entries: [HwmonEntry] = []

    init(_ context: CollectorContext) throws(ConfigurationError) {
        path = context.roots.sys("class/hwmon")
        directory = WatchedDirectory(path)
        chipFilter = try DeviceFilter(
            context.options, include: HwmonCollector.chipInclude, exclude: HwmonCollector.chipExclude)
        sensorFilter = try DeviceFilter(
            context.options, include: HwmonCollector.sensorInclude, exclude: HwmonCollector.sensorExclude)
    }

    /// One look-up of the folder, so that a driver that is loaded later is noticed at the next scrape.
    var isNeeded: Bool {
        // Safe: the call reads a string that lives as long as the call.
        unsafe access(path, F_OK) == 0
    }

    func discover(from reader: inout KernelFileReader) throws(CollectorError) {
        let change = try directory.list(from: &reader)
        switch change {
        case .missing: entries = []
        case .same:
            guard entries.contains(where: { $0.isMoved(&reader) }) || hasOutdatedChip else { return }
            directory.forget()
            guard case .changed(let names) = try directory.list(from: &reader) else { return }
            read(names, from: &reader)
        case .changed(let names): read(names, from: &reader)
        }
        makeChips()
    }

    /// True where a chip was left as it was because a thread was stuck in it, and is free now.
    private var hasOutdatedChip = false

    private func read(_ names: [String], from reader: inout KernelFileReader) {
        entries = names.compactMap { HwmonEntry($0, in: path, from: &reader) }
    }

    /// Keeps the chips that are as they were and makes the others.
    ///
    /// One in which a thread is stuck is kept whatever
    /// happens to its entry, so that no second thread gets stuck in it.
    private func makeChips() {
        let labels = Self.labels(of: entries)
        var stuck = chips.filter { $0.state.isRunning }
        hasOutdatedChip = false
        var next: [HwmonChip] = []
        for (entry, label) in zip(entries, labels) where !chipFilter.ignores(label) {
            let known = chips.first { $0.entry.entry == entry.entry }
            if let known, known.state.isRunning || known.entry == entry && known.label == label {
                if known.entry != entry || known.label != label { hasOutdatedChip = true }
                stuck.removeAll { $0 === known }
                next.append(known)
            } else {
                next.append(HwmonChip(entry, label: label, sensorFilter: sensorFilter))
            }
        }
        if !stuck.isEmpty { hasOutdatedChip = true }
        chips = next + stuck
        items = chips
    }

    /// The labels of chips: by the place of the device, and where several chips are on one device, also by the
    /// driver's name, or by the entry where they share that too.
    private static func labels(of entries: [HwmonEntry]) -> [String] {
        entries.map { entry in
            let others = entries.filter { $0.base == entry.base && $0.entry != entry.entry }
            guard !others.isEmpty else { return entry.base }
            guard let name = entry.name, !others.contains(where: { $0.name == name }) else {
                return entry.base + "_" + HwmonText.clean(entry.entry)
            }
            return entry.base + "_" + name
        }
    }
}

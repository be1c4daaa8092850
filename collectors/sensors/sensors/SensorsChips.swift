// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles
import LMSensors

/// The chips of libsensors and what they say.
struct SensorsChips: ItemContent, ~Copyable {
    /// Limits are settings: they are read this often, readings every time.
    private static let limitIntervalNanoseconds: UInt64 = 60_000_000_000
    /// How soon after a failure to open the library again.
    private static let retryIntervalNanoseconds: UInt64 = 60_000_000_000

    /// The samples of the last read.
    private(set) var writer = MetricWriter<SensorMetric>()
    /// Why the library could not be opened in the last read.
    private(set) var failure: SensorsError?

    /// The limits of one feature, and how many could not be read.
    private struct Limits {
        let values: [SensorLimit]
        let lost: Int
    }

    private let configuration: String?
    private let chipFilter: DeviceFilter
    /// Of each of the library's chips: what sleeps behind it, which is not woken for it; nil for one not to be read.
    private var runtimePM: [RuntimePM?] = []
    private var library: SensorsLibrary?
    private var openedToken: UInt64?
    private var triedNanoseconds: UInt64?
    /// By the place of the feature among those of all chips; nil for those that were not read yet.
    private var limits: [Limits?] = []
    private var limitsNanoseconds: UInt64 = 0
    /// Told the token at which the library found no chip, 0 where it found some.
    private let onEmpty: @Sendable (UInt64) -> Void

    init(configuration: String?, chipFilter: DeviceFilter, onEmpty: @escaping @Sendable (UInt64) -> Void) {
        self.configuration = configuration
        self.chipFilter = chipFilter
        self.onEmpty = onEmpty
    }

    mutating func read(from reader: inout KernelFileReader) {
        writer.reset()
        let now = Clock.monotonicNanoseconds()
        guard open(now, from: &reader) else { return }
        let isLimitTime = now &- limitsNanoseconds >= SensorsChips.limitIntervalNanoseconds
        if isLimitTime { limitsNanoseconds = now }
        // First of all, so that the log names the file: a chip whose statements are left out has other values.
        for problem in library?.configurationProblems ?? [] { writer.loseItem(problem) }
        var index = 0
        for (place, chip) in (library?.chips ?? []).enumerated() {
            defer { index += chip.features.count }
            guard place < runtimePM.count, let runtimePM = runtimePM[place], !runtimePM.isAsleep(from: &reader) else {
                continue
            }
            for (offset, feature) in chip.features.enumerated() {
                readFeature(feature, of: chip.name, index &+ offset, withLimits: isLimitTime)
            }
        }
    }

    /// Opens the library where it is not open, or knows chips of another time; false where there is nothing to read.
    private mutating func open(_ now: UInt64, from reader: inout KernelFileReader) -> Bool {
        guard let token = SensorsLibrary.changeToken() else {
            library = nil
            openedToken = nil
            return false
        }
        if token == openedToken { return true }
        if failure != nil, let triedNanoseconds, now &- triedNanoseconds < SensorsChips.retryIntervalNanoseconds {
            return false
        }
        triedNanoseconds = now
        // The old one has to go first: there may be one at a time.
        library = nil
        openedToken = nil
        limits = []
        do throws(SensorsError) {
            library = try SensorsLibrary(configurationPath: configuration)
            failure = nil
        } catch {
            failure = error
            return false
        }
        openedToken = token
        choose(from: &reader)
        let hasFeatures = library?.chips.contains { !$0.features.isEmpty } ?? false
        onEmpty(hasFeatures ? 0 : token)
        return true
    }

    /// Finds out which chips are to be read, and what may sleep behind them.
    private mutating func choose(from reader: inout KernelFileReader) {
        let chips = library?.chips ?? []
        limits = Array(repeating: nil, count: chips.reduce(0) { $0 &+ $1.features.count })
        let labels = chipFilter.isEmpty ? [:] : SensorsChips.labels(from: &reader)
        runtimePM = chips.map { chip in
            if !chipFilter.isEmpty {
                // One whose label is not known may be the one to be left alone.
                guard let label = labels[chip.path], !chipFilter.ignores(label) else { return nil }
            }
            return RuntimePM(above: chip.path, from: &reader)
        }
    }

    /// What the collector hwmon calls the chips, by their folders.
    private static func labels(from reader: inout KernelFileReader) -> [String: String] {
        let folder = "/sys/class/hwmon"
        // Not there: no chip, and no label.
        guard var listing = try? reader.list(KernelDirectory(folder)) else { return [:] }
        var names: [String] = []
        while let name = listing.next() { names.append(name.text) }
        let entries = names.compactMap { HwmonEntry($0, in: folder, from: &reader) }
        return Dictionary(
            zip(entries.map(\.path), HwmonEntry.labels(of: entries)), uniquingKeysWith: { first, _ in first })
    }

    private mutating func readFeature(_ feature: SensorFeature, of chip: String, _ index: Int, withLimits: Bool) {
        guard var reading = library?.read(feature, withLimits: false) else { return }
        guard index < limits.count else { return }
        if withLimits || limits[index] == nil {
            guard let whole = library?.read(feature, withLimits: true) else { return }
            limits[index] = Limits(
                values: whole.limits, lost: max(0, whole.lostAttributes &- reading.lostAttributes))
        }
        // A limit that cannot be read is lost in every scrape, not only in those that try.
        if let kept = limits[index] {
            reading.limits = kept.values
            reading.lostAttributes += kept.lost
        }
        SensorMetric.write(reading, of: feature, chip: chip, into: &writer)
    }
}

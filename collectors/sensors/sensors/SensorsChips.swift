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
    private var library: SensorsLibrary?
    private var openedToken: UInt64?
    private var triedNanoseconds: UInt64?
    private var limits: [Limits] = []
    private var limitsNanoseconds: UInt64 = 0
    /// Told the token at which the library found no chip, 0 where it found some.
    private let onEmpty: @Sendable (UInt64) -> Void

    init(configuration: String?, onEmpty: @escaping @Sendable (UInt64) -> Void) {
        self.configuration = configuration
        self.onEmpty = onEmpty
    }

    mutating func read(from reader: inout KernelFileReader) {
        writer.reset()
        let now = Clock.monotonicNanoseconds()
        guard open(now) else { return }
        let isLimitTime = limits.isEmpty || now &- limitsNanoseconds >= SensorsChips.limitIntervalNanoseconds
        if isLimitTime { limitsNanoseconds = now }
        // First of all, so that the log names the file: a chip whose statements are left out has other values.
        for problem in library?.configurationProblems ?? [] { writer.loseItem(problem) }
        var index = 0
        for chip in library?.chips ?? [] {
            for feature in chip.features {
                readFeature(feature, of: chip.name, index, withLimits: isLimitTime)
                index += 1
            }
        }
    }

    /// Opens the library where it is not open, or knows chips of another time; false where there is nothing to read.
    private mutating func open(_ now: UInt64) -> Bool {
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
        let hasFeatures = library?.chips.contains { !$0.features.isEmpty } ?? false
        onEmpty(hasFeatures ? 0 : token)
        return true
    }

    private mutating func readFeature(_ feature: SensorFeature, of chip: String, _ index: Int, withLimits: Bool) {
        guard var reading = library?.read(feature, withLimits: false) else { return }
        if withLimits || index >= limits.count {
            guard let whole = library?.read(feature, withLimits: true) else { return }
            let kept = Limits(values: whole.limits, lost: max(0, whole.lostAttributes &- reading.lostAttributes))
            if index < limits.count { limits[index] = kept } else { limits.append(kept) }
        }
        // A limit that cannot be read is lost in every scrape, not only in those that try.
        if index < limits.count {
            reading.limits = limits[index].values
            reading.lostAttributes += limits[index].lost
        }
        SensorMetric.write(reading, of: feature, chip: chip, into: &writer)
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles

/// What the state folder knows of the devices, kept in line with what is there.
struct DeviceRecord {
    private static let fileIntervalNanoseconds: UInt64 = 5_000_000_000
    /// How often the last-seen times of present devices are written down.
    private static let writeIntervalSeconds: UInt64 = 3_600
    /// How soon after a failure to try to write again.
    private static let retryIntervalSeconds: UInt64 = 60

    private(set) var learned = LearnedDevices()
    /// Why the file cannot be read or written.
    private(set) var problem: String?

    private let isReadOnly: Bool
    private let isPatient: Bool
    private var file: StateFile?
    private var lookedNanoseconds: UInt64?
    private var writtenSeconds: UInt64 = 0
    private var triedSeconds: UInt64 = 0
    private var isUnwritten = false

    init(_ options: DeviceOptions, isPatient: Bool) {
        file = options.stateFolder.map { StateFile(folder: $0) }
        isReadOnly = options.isReadOnly
        self.isPatient = isPatient
    }

    /// False where nothing is kept.
    var isKept: Bool { file != nil }

    /// Reads the file again where it is another one than at the last read; true where it was.
    mutating func readIfChanged(nowNanoseconds now: UInt64, from reader: inout KernelFileReader) -> Bool {
        guard file != nil else { return false }
        if isPatient, let last = lookedNanoseconds, now &- last < DeviceRecord.fileIntervalNanoseconds { return false }
        lookedNanoseconds = now
        do throws(CollectorError) {
            guard let fresh = try file?.readIfChanged(from: &reader) else { return false }
            learned = fresh
            return true
        } catch {
            problem = error.description
            return false
        }
    }

    /// Notes what is there and what is not, and writes that down where it is news; true where it was.
    mutating func note(_ devices: [TrackedDevice], seconds: UInt64) -> Bool {
        guard file != nil else { return false }
        let isDue = seconds &- writtenSeconds >= DeviceRecord.writeIntervalSeconds
        var hasNews = false
        for tracked in devices where isDue || isNews(tracked) {
            let device = tracked.device
            learned.note(
                LearnedDevices.Entry(
                    id: device.id, kind: device.kind, lastSeenSeconds: device.lastSeenSeconds ?? seconds,
                    vendor: device.vendor, model: device.model))
            hasNews = true
        }
        for kind in ComputeKind.allCases {
            let count = devices.count { $0.device.kind == kind && $0.facts.isPresent }
            if learned.note(count, of: kind) { hasNews = true }
        }
        isUnwritten = isUnwritten || hasNews
        write(seconds)
        return hasNews
    }

    /// Drops devices that were none, and what was expected for their sake.
    mutating func forget(_ ids: [String]) {
        if learned.forget(ids) > 0 { isUnwritten = true }
    }

    private func isNews(_ tracked: TrackedDevice) -> Bool {
        guard let known = learned.entries[tracked.device.id], known.kind == tracked.device.kind else { return true }
        guard let lastSeen = tracked.device.lastSeenSeconds else { return false }
        return known.lastSeenSeconds != lastSeen
    }

    private mutating func write(_ seconds: UInt64) {
        guard isUnwritten, !isReadOnly else { return }
        if problem != nil, seconds &- triedSeconds < DeviceRecord.retryIntervalSeconds { return }
        triedSeconds = seconds
        do throws(CollectorError) {
            try file?.write(learned)
            problem = nil
            isUnwritten = false
            writtenSeconds = seconds
        } catch {
            problem = error.description
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The time of day, its zone, and the hardware clocks that it can come from.
///
/// Source: clock_gettime(2), localtime(3), /sys/devices/system/clocksource.
struct TimeCollector: Collector {
    enum Metric: Int, FamilyKey {
        case seconds, zoneOffset, available, current

        var family: MetricFamily {
            switch self {
            case .seconds: .gauge("node_time_seconds", [], "Time of day, in seconds since 1970.")
            case .zoneOffset:
                .gauge(
                    "node_time_zone_offset_seconds", ["time_zone"], "Seconds that the time zone is ahead of UTC.")
            case .available:
                .gauge(
                    "node_time_clocksource_available_info", ["clocksource", "device"],
                    "A hardware clock that the kernel could use; always 1.")
            case .current:
                .gauge(
                    "node_time_clocksource_current_info", ["clocksource", "device"],
                    "The hardware clock that the kernel uses; always 1.")
            }
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "time", group: .system, help: "Time of day, its zone and the kernel's clock sources.",
        reads: ["clock_gettime(2)", "localtime(3)", "/sys/devices/system/clocksource/clocksource*"], )

    private struct ClockSource {
        let name: String
        let available: KernelFile
        let current: KernelFile
    }

    private let folder: KernelDirectory
    private var sources: [ClockSource] = []

    init(context: CollectorContext) {
        folder = KernelDirectory(context.roots.sys("devices/system/clocksource"))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        let now = WallClock.nanoseconds()
        writer.write(Metric.seconds, Double(now) / 1e9)
        if let zone = WallClock.zone(at: now / 1_000_000_000, copiedBy: &reader) {
            writer.write(Metric.zoneOffset, writer.labels("time_zone", zone.name), zone.offsetSeconds)
        }
        try rereadIfChanged(from: &reader)
        for (index, source) in sources.enumerated() {
            do throws(CollectorError) {
                try write(source, device: index, from: &reader, into: &writer)
            } catch {
                writer.lose(error)
            }
        }
        return .available
    }

    private func write(
        _ source: ClockSource, device: Int, from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) {
        let available = contents(source.available, from: &reader, into: &writer)
        let current = contents(source.current, from: &reader, into: &writer)?.trimmed
        var isOnOffer = false
        if let available {
            var names = ByteScanner(available)
            while let name = names.nextField() {
                write(.available, device, name, into: &writer)
                if let current { isOnOffer = isOnOffer || current == name }
            }
        }
        guard let current else { return }
        if current.isEmpty { throw .malformed(source.current.path, current) }
        write(.current, device, current, into: &writer)
        // The kernel uses one of those that it offers.
        if let available, !isOnOffer { throw .malformed(source.available.path, available) }
    }

    /// Every clock source has both files: one that is gone is lost.
    private func contents(
        _ file: KernelFile, from reader: inout KernelFileReader, into writer: inout Writer
    ) -> Bytes? {
        switch reader.part(file, or: &writer) {
        case .content(let bytes): return bytes
        case .absent(let error): writer.lose(error)
        case .lost: break
        }
        return nil
    }

    private func write(_ metric: Metric, _ device: Int, _ name: Bytes, into writer: inout Writer) {
        let labels = writer.labels {
            $0.add("device", device)
            $0.add("clocksource", name)
        }
        writer.write(metric, labels, true)
    }

    private mutating func rereadIfChanged(from reader: inout KernelFileReader) throws(CollectorError) {
        guard var names = try reader.listIfPresent(folder) else {
            sources = []
            return
        }
        let listing = names
        var count = 0
        var isKnown = true
        while let name = names.next() {
            guard TimeCollector.isSource(name) else { continue }
            count += 1
            if !sources.contains(where: { name == $0.name }) { isKnown = false }
        }
        if isKnown, count == sources.count { return }
        sources = sorted(listing)
    }

    /// In the order of the names, by which the label `device` counts them.
    private func sorted(_ listing: DirectoryListing) -> [ClockSource] {
        var listing = listing
        var found: [ClockSource] = []
        while let name = listing.next() {
            guard TimeCollector.isSource(name) else { continue }
            let path = folder.path + "/" + name.text
            found.append(
                ClockSource(
                    name: name.text, available: KernelFile(oneRead: path + "/available_clocksource"),
                    current: KernelFile(oneRead: path + "/current_clocksource")))
        }
        return found.sorted { $0.name < $1.name }
    }

    private static func isSource(_ name: Bytes) -> Bool {
        name.hasPrefix("clocksource") && name.from(11).unsigned != nil
    }
}

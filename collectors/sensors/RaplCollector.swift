// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Energy counters of processors.
///
/// Source: /sys/class/powercap, kernel Documentation/power/powercap/powercap.rst.
struct RaplCollector: Collector {
    enum Metric: Int, FamilyKey {
        case joules

        var family: MetricFamily {
            .counter(
                "node_rapl_joules_total", ["index", "path", "rapl_zone"],
                "Energy that the power zone has used, in joules; it wraps at the zone's range.")
        }
    }

    static let enableZoneLabel = Flag.toggle(
        "collector.rapl.enable-zone-label",
        help: "Name the zone in the label rapl_zone of one family instead of a family for each zone.")

    static let descriptor = CollectorDescriptor(
        name: "rapl", group: .sensors, help: "Energy used by processor packages, cores and memory.",
        reads: ["/sys/class/powercap/*/name", "/sys/class/powercap/*/energy_uj"],
        flags: [
            enableZoneLabel
        ],
        openFamilies: [
            .counter(
                "node_rapl_<zone>_joules_total", ["index", "path"],
                "Energy that the power zone has used, in joules; it wraps at the zone's range.")
        ])

    private struct Zone {
        let name: String
        let index: Int
        let path: String
        let family: MetricFamily
        let energy: KernelFile
    }

    private let hasZoneLabel: Bool
    private var directory: WatchedDirectory
    private var zones: [Zone] = []

    init(context: CollectorContext) {
        hasZoneLabel = context.options[Self.enableZoneLabel]
        directory = WatchedDirectory(context.roots.sys("class/powercap"))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        switch try directory.list(from: &reader) {
        case .missing:
            zones = []
            return .noDevice("\(directory.path) is not there")
        case .same: break
        case .changed(let names): learn(names, from: &reader, into: &writer)
        }
        var refused: KernelFileError?
        var isRead = zones.isEmpty
        for zone in zones {
            switch reader.attribute(zone.energy) {
            case .value(let bytes):
                isRead = true
                write(zone, bytes, into: &writer)
            case .none: isRead = true
            case .lost(let error):
                if error.isPermission { refused = error } else { isRead = true }
                writer.loseItem(error.description)
            }
        }
        // Since Linux 5.10 only root may read energy_uj: that is one reason for absence, not as many lost zones.
        if let refused, !isRead { throw .file(refused) }
        return .available
    }

    private func write(_ zone: Zone, _ bytes: Bytes, into writer: inout Writer) {
        guard let microjoules = bytes.unsigned else {
            writer.loseItem("\(zone.energy.path): not a number: \"\(bytes.upTo(64).text)\"")
            return
        }
        let labels = writer.labels {
            $0.add("index", zone.index)
            $0.add("path", zone.path)
            if hasZoneLabel { $0.add("rapl_zone", zone.name) }
        }
        let joules = Double(microjoules) / 1_000_000
        if hasZoneLabel {
            writer.write(Metric.joules, labels, joules)
        } else {
            writer.write(writer.family(zone.family), labels, joules)
        }
    }

    /// Names do not change while a zone is there, so they are read when the directory changes.
    private mutating func learn(
        _ names: [String], from reader: inout KernelFileReader, into writer: inout Writer
    ) {
        zones = []
        var uses: [String: Int] = [:]
        for entry in names {
            let path = directory.path + "/" + entry
            let nameFile = KernelFile(oneRead: path + "/name")
            guard let bytes = reader.text(of: nameFile, or: &writer) else { continue }
            let (name, index) = Self.split(bytes.text, uses: uses)
            uses[name] = index &+ 1
            let family = MetricFamily.counter(
                "node_rapl_\(Self.metricPart(name))_joules_total", ["index", "path"],
                "Energy that the power zone \(name) has used, in joules; it wraps at the zone's range.")
            zones.append(
                Zone(
                    name: name, index: index, path: path, family: family,
                    energy: KernelFile(oneRead: path + "/energy_uj")))
        }
    }

    /// `package-1` is zone `package` with index 1; a name without a number counts how often it came before.
    private static func split(_ name: String, uses: [String: Int]) -> (name: String, index: Int) {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        if parts.count == 2, let first = parts.first, let last = parts.last, let index = Int(last) {
            return (String(first), index)
        }
        return (name, uses[name] ?? 0)
    }

    /// Runs of what a metric name cannot hold become one underscore, together with the underscores around them.
    private static func metricPart(_ name: String) -> String {
        var out = ""
        var hasBreak = false
        var underscores = 0
        for scalar in name.unicodeScalars {
            if scalar == "_" {
                underscores += 1
            } else if scalar.isASCII, scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                out += hasBreak ? "_" : String(repeating: "_", count: underscores)
                hasBreak = false
                underscores = 0
                out.unicodeScalars.append(scalar)
            } else {
                hasBreak = true
            }
        }
        return out + (hasBreak ? "_" : String(repeating: "_", count: underscores))
    }
}

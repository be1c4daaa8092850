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
        let path: String
        let nameFile, energy: KernelFile
        /// What the kernel calls it; empty as long as that could not be read.
        var text: [UInt8] = []
        /// nil where it has no name.
        var place: Place?
    }

    /// How a zone is called on the page.
    private struct Place {
        let name: String
        let index: Int
        let family: MetricFamily
    }

    private let hasZoneLabel: Bool
    private var directory: WatchedDirectory
    private var zones: [Zone] = []

    init(context: CollectorContext) {
        hasZoneLabel = context.options[Self.enableZoneLabel]
        directory = WatchedDirectory(context.roots.sys("class/powercap"), comesWithModule: true)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        switch try directory.list(from: &reader) {
        case .missing:
            zones = []
            return .noDevice("\(directory.path) is not there")
        case .same: break
        case .changed(let names):
            zones = names.map { name in
                let path = directory.path + "/" + name
                return Zone(
                    path: path, nameFile: KernelFile(oneRead: path + "/name"),
                    energy: KernelFile(oneRead: path + "/energy_uj"))
            }
        }
        readNames(from: &reader, into: &writer)
        for zone in zones {
            // Control types such as intel-rapl have no name; those whose name was lost have been said.
            guard let place = zone.place else { continue }
            if let text = reader.text(of: zone.energy, or: &writer) { write(zone, place, text, into: &writer) }
        }
        return .available
    }

    private func write(_ zone: Zone, _ place: Place, _ bytes: Bytes, into writer: inout Writer) {
        guard let microjoules = bytes.unsigned else {
            writer.loseItem("\(zone.energy.path): not a number: \"\(bytes.upTo(64).text)\"")
            return
        }
        let labels = writer.labels {
            $0.add("index", place.index)
            $0.add("path", zone.path)
            if hasZoneLabel { $0.add("rapl_zone", place.name) }
        }
        let joules = Double(microjoules) / 1_000_000
        if hasZoneLabel {
            writer.write(Metric.joules, labels, joules)
        } else {
            writer.write(writer.family(place.family), labels, joules)
        }
    }

    /// Reads the names in every scrape: another zone may have got the folder of one that went.
    private mutating func readNames(from reader: inout KernelFileReader, into writer: inout Writer) {
        var isChanged = false
        for index in zones.indices {
            switch reader.attribute(zones[index].nameFile) {
            case .value(let text):
                if text.isEmpty { writer.lose(.empty(path: zones[index].nameFile.path)) }
                guard text != zones[index].text else { continue }
                zones[index].text = text.array
                isChanged = true
            case .none:
                isChanged = isChanged || !zones[index].text.isEmpty
                zones[index].text = []
                zones[index].place = nil
            // It keeps the name that it had.
            case .lost(let error): writer.lose(error)
            }
        }
        if isChanged { findPlaces() }
    }

    /// `package-1` is zone `package` with index 1; a name without a number counts how often it came before.
    private mutating func findPlaces() {
        var uses: [String: Int] = [:]
        for at in zones.indices {
            zones[at].place = nil
            guard !zones[at].text.isEmpty else { continue }
            let text = String(decoding: zones[at].text, as: UTF8.self)
            let (name, own) = Self.split(text)
            let index = own ?? uses[name] ?? 0
            uses[name] = index &+ 1
            let family = MetricFamily.counter(
                "node_rapl_\(Self.metricPart(name))_joules_total", ["index", "path"],
                "Energy that the power zone \(name) has used, in joules; it wraps at the zone's range.")
            zones[at].place = Place(name: name, index: index, family: family)
        }
    }

    private static func split(_ name: String) -> (name: String, index: Int?) {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = parts.first, let last = parts.last,
            last.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let index = Int(last)
        else { return (name, nil) }
        return (String(first), index)
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

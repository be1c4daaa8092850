// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// One chip below /sys/class/hwmon: reads all its attributes and holds their samples until the next read.
///
/// Any of its attributes may hang in the driver (a slow bus, a sleeping device); that holds up this chip alone.
struct HwmonChip: ItemContent, ~Copyable {
    /// The value of the label `chip`.
    private let label: String
    /// Its entry of /sys/class/hwmon and where that link points to: another target is another chip.
    private let entry: HwmonEntry
    /// The samples of the last read.
    private(set) var writer = MetricWriter<HwmonCollector.Metric>(
        openFamilies: HwmonCollector.descriptor.openFamilies)

    private let sensorFilter: DeviceFilter
    private var directory: WatchedDirectory
    private var deviceDirectory: WatchedDirectory
    private var ownNames: [String] = []
    private var deviceNames: [String] = []
    /// Most chips have a link to their device, which is among their own names.
    private var hasDevice = false
    private var sensors: [HwmonSensor] = []

    /// What sleeps behind the chip, which is not woken for it.
    private let runtimePM: RuntimePM

    init(_ entry: HwmonEntry, label: String, sensorFilter: DeviceFilter, runtimePM: RuntimePM) {
        self.entry = entry
        self.runtimePM = runtimePM
        self.label = label
        self.sensorFilter = sensorFilter
        directory = WatchedDirectory(entry.path)
        deviceDirectory = WatchedDirectory(entry.path + "/device")
    }

    mutating func read(from reader: inout KernelFileReader) {
        writer.reset()
        do throws(CollectorError) {
            try noticeChanges(from: &reader)
        } catch {
            sensors = []
            directory.forget()
            writer.lose(error)
            return
        }
        if let loss = entry.nameLoss { writer.lose(loss) }
        if let name = entry.name {
            let labels = writer.labels {
                $0.add("chip", label)
                $0.add("chip_name", name)
            }
            writer.write(HwmonCollector.Metric.chipNames, labels, 1)
        }
        // The chip of a card: its name is known, and to ask for more would wake the card in each scrape.
        if runtimePM.isAsleep(from: &reader) { return }
        for index in sensors.indices { sensors[index].read(from: &reader, chip: label, into: &writer) }
        // Clocks go by their labels, and two of them may have the same: the first is shown.
        for _ in 0..<writer.repeatedSeries { writer.loseItem("\(entry.path): two sensors go by the same name") }
    }

    /// Finds out which attributes there are, if others than before.
    ///
    /// Drivers from before hwmon had a place for attributes put theirs into the parent device's folder.
    private mutating func noticeChanges(from reader: inout KernelFileReader) throws(CollectorError) {
        let own = try directory.list(from: &reader)
        if case .missing = own { throw .other("\(directory.path) is not there") }
        if case .changed(let names) = own {
            ownNames = names
            hasDevice = names.contains("device")
        }
        var parent = WatchedDirectory.Change.missing
        if hasDevice { parent = try deviceDirectory.list(from: &reader) }
        switch (own, parent) {
        case (.same, .same): return
        case (.same, .missing) where deviceNames.isEmpty: return
        case (_, .missing): deviceNames = []
        case (_, .changed(let names)): deviceNames = names
        case (_, .same): break
        }
        learn()
    }

    private mutating func learn() {
        var bySensor: [String: HwmonSensor] = [:]
        let files =
            ownNames.map { (folder: directory.path, name: $0) }
            + deviceNames.map { (folder: deviceDirectory.path, name: $0) }
        for file in files {
            guard let name = HwmonAttributeName(file.name),
                !sensorFilter.ignores(label + ";" + name.sensor)
            else { continue }
            bySensor[name.sensor, default: HwmonSensor(name.sensor)].add(name, path: file.folder + "/" + file.name)
        }
        sensors = bySensor.values.sorted { $0.name < $1.name }
        for index in sensors.indices { sensors[index].finish() }
    }
}

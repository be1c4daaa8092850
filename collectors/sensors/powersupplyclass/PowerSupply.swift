// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// One battery, charger or mains adapter, whose driver may ask a chip that does not answer.
struct PowerSupply: ClassDevice {
    typealias Metric = PowersupplyclassCollector.Metric

    static let className = "power_supply"
    static let noun = "power supply"

    private let name: String
    private var directory: WatchedDirectory
    /// The attributes that the supply has, which differ from one to the next.
    private var numbers = AttributeFiles<Metric>([], in: "")
    private var info: AttributeLabels?

    init?(name: String, folder: String, context: CollectorContext) throws(ConfigurationError) {
        let ignored = try DeviceFilter(
            context.options, include: nil, exclude: PowersupplyclassCollector.ignoredSupplies)
        if ignored.ignores(name) { return nil }
        self.name = name
        directory = WatchedDirectory(folder)
    }

    mutating func read(from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>) {
        // Missing too where its name is not UTF-8.
        guard let change = directory.list(from: &reader, or: &writer) else { return }
        if case .changed(let names) = change { learn(Set(names)) }
        numbers.read(from: &reader, writer.labels("power_supply", name), into: &writer)
        if let info { writer.write(.info, info.read(from: &reader, into: &writer), 1) }
    }

    private mutating func learn(_ names: Set<String>) {
        numbers = AttributeFiles(Metric.fields, in: directory.path, having: names)
        info = AttributeLabels(
            Metric.infoLabels, device: ("power_supply", name), in: directory.path, having: names, missing: .leftOut)
    }
}

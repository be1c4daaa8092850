// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Batteries and mains adapters.
///
/// Source: /sys/class/power_supply, kernel Documentation/ABI/testing/sysfs-class-power.
struct PowersupplyclassCollector: Collector {
    static let ignoredSupplies = Flag.pattern(
        "collector.powersupply.ignored-supplies", default: "^$",
        help: "Power supplies to leave out, as a regular expression of their names.")

    static let descriptor = CollectorDescriptor(
        name: "powersupplyclass", group: .sensors, help: "Batteries, chargers and mains adapters.",
        reads: ["/sys/class/power_supply/*"],
        flags: [
            ignoredSupplies
        ], absentIsSuccess: true)

    /// A file of a supply and the metric that it becomes.
    private struct Value {
        let metric: Metric
        let divisor: Double
        let file: KernelFile
    }

    private struct Supply {
        let name: String
        var directory: WatchedDirectory
        var values: [Value] = []
        /// The labels of the info series, sorted; the one without a file is the supply's name.
        var texts: [(label: StaticString, file: KernelFile?)] = []
    }

    private let ignored: DeviceFilter
    private var directory: WatchedDirectory
    private var supplies: [Supply] = []

    init(context: CollectorContext) throws(ConfigurationError) {
        ignored = try DeviceFilter(
            context.options, include: nil, exclude: Self.ignoredSupplies)
        directory = WatchedDirectory(context.roots.sys("class/power_supply"))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        switch try directory.list(from: &reader) {
        case .missing:
            supplies = []
            return .noDevice("\(directory.path) is not there")
        case .same: break
        case .changed(let names):
            supplies = names.filter { !ignored.ignores($0) }.map {
                Supply(name: $0, directory: WatchedDirectory(directory.path + "/" + $0))
            }
        }
        guard !supplies.isEmpty else { return .noDevice("no power supply in \(directory.path)") }
        for index in supplies.indices { Self.collect(&supplies[index], from: &reader, into: &writer) }
        return .available
    }

    private static func collect(
        _ supply: inout Supply, from reader: inout KernelFileReader, into writer: inout Writer
    ) {
        do throws(CollectorError) {
            switch try supply.directory.list(from: &reader) {
            case .missing:
                // It went between the listing of the class and now, or its name is not UTF-8.
                writer.loseItem("\(supply.directory.path) is not there")
                return
            case .same: break
            case .changed(let names): learn(names, of: &supply)
            }
        } catch {
            writer.loseItem(error.description)
            return
        }
        let name = writer.labels("power_supply", supply.name)
        for value in supply.values {
            guard let number = reader.number(of: value.file, or: &writer) else { continue }
            if value.divisor == 1 {
                writer.write(value.metric, name, number)
            } else {
                writer.write(value.metric, name, Double(number) / value.divisor)
            }
        }
        writeInfo(of: supply, from: &reader, into: &writer)
    }

    private static func writeInfo(
        of supply: Supply, from reader: inout KernelFileReader, into writer: inout Writer
    ) {
        var labels = Labels.none
        for (label, file) in supply.texts {
            guard let file else {
                labels = writer.labels(labels) { $0.add(label, supply.name) }
                continue
            }
            guard let text = reader.text(of: file, or: &writer), !text.isEmpty else { continue }
            labels = writer.labels(labels) { $0.add(label, text) }
        }
        writer.write(Metric.info, labels, 1)
    }

    private static func learn(_ names: [String], of supply: inout Supply) {
        let present = Set(names)
        let folder = supply.directory.path + "/"
        supply.values = Metric.allCases.compactMap { metric in
            guard let (file, divisor) = metric.source, present.contains(file) else { return nil }
            return Value(metric: metric, divisor: divisor, file: KernelFile(oneRead: folder + file))
        }
        supply.texts = Metric.infoLabels.compactMap { label in
            let file = "\(label)"
            if file == "power_supply" { return (label, nil) }
            return present.contains(file) ? (label, KernelFile(oneRead: folder + file)) : nil
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// One adapter, whose driver asks its firmware for every counter.
struct InfinibandDevice: ClassDevice {
    static let className = "infiniband"
    static let noun = "InfiniBand adapter"

    /// Attributes of the adapter, and the labels that they become; the one without a file is its name.
    private static let attributes: [(label: StaticString, file: StaticString?)] = [
        ("board_id", "board_id"), ("device", nil), ("firmware_version", "fw_ver"), ("hca_type", "hca_type"),
    ]

    private let name: String
    private let info: [(label: StaticString, file: KernelFile?)]
    private var portDirectory: WatchedDirectory
    private var ports: [InfinibandPort] = []

    init?(name: String, folder: String, context: CollectorContext) throws(ConfigurationError) {
        let filter = try DeviceFilter(
            context.options, include: InfinibandCollector.deviceInclude, exclude: InfinibandCollector.deviceExclude)
        if filter.ignores(name) { return nil }
        self.name = name
        info = Self.attributes.map { attribute in
            (attribute.label, attribute.file.map { KernelFile(oneRead: "\(folder)/\($0)") })
        }
        portDirectory = WatchedDirectory(folder + "/ports")
    }

    mutating func read(from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>) {
        var labels = Labels.none
        for (label, file) in info {
            guard let file else {
                labels = writer.labels(labels) { $0.add(label, name) }
                continue
            }
            // Not every driver has all of them.
            let text = reader.text(of: file, or: &writer) ?? Bytes("")
            labels = writer.labels(labels) { $0.add(label, text) }
        }
        writer.write(.info, labels, 1)
        do throws(CollectorError) {
            switch try portDirectory.list(from: &reader) {
            case .missing: ports = []
            case .same: break
            case .changed(let names): try learn(names, from: &reader)
            }
        } catch {
            // What it has is not known: it is looked at again the next time.
            portDirectory.forget()
            writer.loseItem(error.description)
            return
        }
        for port in ports { port.read(of: name, from: &reader, into: &writer) }
    }

    private mutating func learn(_ names: [String], from reader: inout KernelFileReader) throws(CollectorError) {
        ports = []
        for name in names where UInt32(name) != nil {
            ports.append(try InfinibandPort(name, in: portDirectory.path + "/" + name, from: &reader))
        }
    }
}

/// One port of an adapter.
struct InfinibandPort {
    typealias Metric = InfinibandDevice.Metric

    private let number: String
    private let state: KernelFile
    private let physicalState: KernelFile
    private let rate: KernelFile
    private let counters: [(field: TableField<Metric>, file: KernelFile)]

    /// The port of a folder, with the counters that its driver has.
    init(_ number: String, in folder: String, from reader: inout KernelFileReader) throws(CollectorError) {
        self.number = number
        state = KernelFile(oneRead: folder + "/state")
        physicalState = KernelFile(oneRead: folder + "/phys_state")
        rate = KernelFile(oneRead: folder + "/rate")
        var names: Set<String> = []
        for group in ["counters", "counters_ext", "hw_counters"] {
            var directory = WatchedDirectory(folder + "/" + group)
            // Each driver has some of the three.
            guard case .changed(let files) = try directory.list(from: &reader) else { continue }
            for file in files { names.insert(group + "/" + file) }
        }
        counters = Metric.fields.compactMap { field in
            let name = "\(field.name)"
            return names.contains(name) ? (field, KernelFile(oneRead: folder + "/" + name)) : nil
        }
    }

    /// Reads the port and writes its samples.
    func read(
        of device: String, from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>
    ) {
        let labels = writer.labels {
            $0.add("device", device)
            $0.add("port", number)
        }
        for (file, metric) in [(state, Metric.state), (physicalState, Metric.physicalState)] {
            // "4: ACTIVE"
            guard let text = reader.text(of: file, or: &writer) else { continue }
            let end = text.firstIndex(of: UInt8(ascii: ":")) ?? text.count
            if let id = text.upTo(end).trimmed.unsigned {
                writer.write(metric, labels, id)
            } else {
                writer.loseItem("\(file.path): no state: \"\(text.upTo(64).text)\"")
            }
        }
        if let text = reader.text(of: rate, or: &writer) {
            // "2.5 Gb/sec (1X SDR)": 10^9 bits are 125,000,000 bytes.
            var fields = ByteScanner(text)
            if let speed = fields.nextField()?.real, speed.isFinite {
                writer.write(Metric.rate, labels, speed * 125_000_000)
            } else {
                writer.loseItem("\(rate.path): no speed: \"\(text.upTo(64).text)\"")
            }
        }
        for (field, file) in counters {
            guard let text = reader.text(of: file, or: &writer) else { continue }
            if let count = text.unsigned {
                writer.write(field, labels, count)
            } else if !text.hasPrefix("N/A") {
                // Ports without a performance agent say "N/A (no PMA)".
                writer.loseItem("\(file.path): not a number: \"\(text.upTo(64).text)\"")
            }
        }
    }
}

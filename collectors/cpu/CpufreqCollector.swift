// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Frequencies of the CPUs and what governs them.
///
/// Source: /sys/devices/system/cpu/cpu*/cpufreq, kernel Documentation/admin-guide/pm/cpufreq.rst.
struct CpufreqCollector: Collector {
    enum Metric: Int, FieldKey {
        case frequency, minimum, maximum, average, scaling, scalingMinimum, scalingMaximum, governor

        var row: FamilyRow {
            switch self {
            case .frequency: FamilyRow("cpuinfo_cur_freq", .kilohertz, SharedFamilies.cpuFrequencyHertz)
            case .minimum: frequency("cpuinfo_min_freq", "frequency_min", "Lowest frequency that the CPU can run at")
            case .maximum: frequency("cpuinfo_max_freq", "frequency_max", "Highest frequency that the CPU can run at")
            case .average:
                frequency("cpuinfo_avg_freq", "frequency_avg", "Frequency that the CPU ran at on average of late")
            case .scaling: frequency("scaling_cur_freq", "scaling_frequency", "Frequency that was last asked for")
            case .scalingMinimum:
                frequency("scaling_min_freq", "scaling_frequency_min", "Lowest frequency allowed now")
            case .scalingMaximum:
                frequency("scaling_max_freq", "scaling_frequency_max", "Highest frequency allowed now")
            case .governor:
                FamilyRow(
                    .gauge(
                        "node_cpu_scaling_governor", ["cpu", "governor"],
                        "1 for the governor that chooses the CPU's frequency, 0 for the others on offer."))
            }
        }

        private func frequency(_ file: StaticString, _ name: String, _ help: String) -> FamilyRow {
            FamilyRow(file, .kilohertz, .gauge("node_cpu_\(name)_hertz", ["cpu"], help + ", in hertz."))
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "cpufreq", group: .cpu, help: "Frequencies of the CPUs, their limits and their governors.",
        reads: ["/sys/devices/system/cpu/cpu*/cpufreq"], absentIsSuccess: true)

    /// The attributes of one CPU that are there.
    private struct CPU {
        let number: Int
        let frequencies: [(field: TableField<Metric>, file: KernelFile)]
        let governor, governors: KernelFile
        /// The governors on offer, and the text that they are from.
        var names: [String] = []
        var namesText: [UInt8] = []
    }

    private let fields = Metric.fields
    private let folder: KernelDirectory
    private let policies: KernelDirectory
    private let onlineFile: KernelFile
    /// What the list of CPUs and the folder of policies were when the attributes were looked for.
    private var onlineText: [UInt8] = []
    private var policiesSeen: UInt64?
    /// False where something was lost when they were looked for, so that they are again.
    private var isKnown = false
    private var cpus: [CPU] = []

    init(context: CollectorContext) {
        folder = KernelDirectory(context.roots.sys("devices/system/cpu"))
        policies = KernelDirectory(context.roots.sys("devices/system/cpu/cpufreq"))
        onlineFile = KernelFile(oneRead: context.roots.sys("devices/system/cpu/online"))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        findCPUsIfChanged(from: &reader, into: &writer)
        guard !cpus.isEmpty else { return .noDevice("no CPU has a folder cpufreq below \(folder.path)") }
        for index in cpus.indices { Self.write(&cpus[index], from: &reader, into: &writer) }
        return .available
    }

    private static func write(_ cpu: inout CPU, from reader: inout KernelFileReader, into writer: inout Writer) {
        let labels = writer.labels { $0.add("cpu", cpu.number) }
        for (field, file) in cpu.frequencies {
            switch reader.attribute(file) {
            case .value(let text):
                // A CPU whose frequency the driver does not know has none.
                if text == "<unknown>" { continue }
                guard let kilohertz = text.unsigned else {
                    writer.lose(.malformed(file.path, text))
                    continue
                }
                writer.write(field, labels, kilohertz)
            case .none: continue
            case .lost(let error):
                // What asks the hardware is for root alone.
                if field.key == .frequency, error.isPermission { continue }
                writer.lose(error)
            }
        }
        guard let governor = reader.text(of: cpu.governor, or: &writer),
            let offer = reader.text(of: cpu.governors, or: &writer)
        else { return }
        if offer != cpu.namesText {
            cpu.namesText = offer.array
            cpu.names = []
            var names = ByteScanner(offer)
            while let name = names.nextField() { cpu.names.append(name.text) }
        }
        // The one that governs is on offer.
        guard cpu.names.contains(where: { governor == $0 }) else {
            writer.lose(.malformed(governor.isEmpty ? cpu.governor.path : cpu.governors.path, offer))
            return
        }
        for name in cpu.names {
            let labels = writer.labels(labels) { $0.add("governor", name) }
            writer.write(Metric.governor, labels, governor == name)
        }
    }

    /// Which attributes there are changes when a CPU goes online or offline, and when another driver makes the policies.
    private mutating func findCPUsIfChanged(from reader: inout KernelFileReader, into writer: inout Writer) {
        let lostBefore = writer.itemsLost
        let online = reader.text(of: onlineFile, or: &writer) ?? Bytes("")
        let seen = reader.list(policies, or: &writer)?.fingerprint ?? 0
        if isKnown, seen == policiesSeen, online == onlineText { return }
        policiesSeen = seen
        onlineText = online.array
        cpus = []
        if let listing = reader.list(folder, or: &writer) {
            for number in CPUNumbers.folders(listing) {
                if let cpu = cpu(number, reader) { cpus.append(cpu) }
            }
        }
        isKnown = writer.itemsLost == lostBefore
    }

    private func cpu(_ number: Int, _ reader: borrowing KernelFileReader) -> CPU? {
        let path = folder.path + "/cpu\(number)/cpufreq/"
        guard reader.exists(path) else { return nil }
        return CPU(
            number: number,
            frequencies: fields.compactMap { field in
                let file = path + "\(field.name)"
                return reader.exists(file) ? (field, KernelFile(oneRead: file)) : nil
            },
            governor: KernelFile(oneRead: path + "scaling_governor"),
            governors: KernelFile(oneRead: path + "scaling_available_governors"))
    }
}

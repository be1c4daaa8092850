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

        /// True for what the hardware fixes, which is read once.
        var isFixed: Bool { self == .minimum || self == .maximum }

        private func frequency(_ file: StaticString, _ name: String, _ help: String) -> FamilyRow {
            FamilyRow(file, .kilohertz, .gauge("node_cpu_\(name)_hertz", ["cpu"], help + ", in hertz."))
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "cpufreq", group: .cpu, help: "Frequencies of the CPUs, their limits and their governors.",
        reads: [
            "/sys/devices/system/cpu/cpu*/cpufreq (what cannot change: when a CPU or a policy comes or goes)"
        ], absentIsSuccess: true)

    private struct CPU {
        let number: Int
        /// Frequencies that the hardware fixes, in kHz.
        var fixed: [(field: TableField<Metric>, kilohertz: UInt64)] = []
        /// Frequencies that are read in every scrape.
        var frequencies: [(field: TableField<Metric>, file: KernelFile)] = []
        var governor: KernelFile?
        var governors: [String] = []
    }

    private let fields = Metric.fields
    private let folder: KernelDirectory
    private let policies: KernelDirectory
    private let onlineFile: KernelFile
    private var onlineText: String?
    private var policyCount = 0
    private var cpus: [CPU] = []

    init(context: CollectorContext) {
        folder = KernelDirectory(context.roots.sys("devices/system/cpu"))
        policies = KernelDirectory(context.roots.sys("devices/system/cpu/cpufreq"))
        onlineFile = KernelFile(oneRead: context.roots.sys("devices/system/cpu/online"))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        try findCPUsIfChanged(from: &reader)
        guard !cpus.isEmpty else { return .noDevice("no CPU has a folder cpufreq below \(folder.path)") }
        for cpu in cpus { write(cpu, from: &reader, into: &writer) }
        return .available
    }

    private func write(_ cpu: CPU, from reader: inout KernelFileReader, into writer: inout Writer) {
        let labels = writer.labels { $0.add("cpu", cpu.number) }
        for (field, kilohertz) in cpu.fixed { writer.write(field, labels, kilohertz) }
        for (field, file) in cpu.frequencies {
            do throws(CollectorError) {
                // A CPU that is offline, or whose frequency the driver does not know, has none.
                guard let bytes = try reader.readIfPresent(file), bytes.trimmed != "<unknown>" else {
                    continue
                }
                guard let kilohertz = bytes.trimmed.unsigned else { throw .malformed(file.path, bytes) }
                writer.write(field, labels, kilohertz)
            } catch {
                writer.loseItem(error.description)
            }
        }
        guard let file = cpu.governor else { return }
        do throws(CollectorError) {
            guard let governor = try reader.readIfPresent(file)?.trimmed, !governor.isEmpty else { return }
            for name in cpu.governors {
                let labels = writer.labels(labels) { $0.add("governor", name) }
                writer.write(Metric.governor, labels, governor == name)
            }
        } catch {
            writer.loseItem(error.description)
        }
    }

    private mutating func findCPUsIfChanged(from reader: inout KernelFileReader) throws(CollectorError) {
        let text = try reader.readIfPresent(onlineFile) ?? Bytes("")
        var count = 0
        if var names = try reader.listIfPresent(policies) {
            while names.next() != nil { count += 1 }
        }
        if count == policyCount, onlineText.map({ text == $0 }) == true { return }
        cpus = []
        if let listing = try reader.listIfPresent(folder) {
            for number in CPUNumbers.folders(listing) {
                if let cpu = cpu(number, from: &reader) { cpus.append(cpu) }
            }
        }
        policyCount = count
        onlineText = text.text
    }

    private func cpu(_ number: Int, from reader: inout KernelFileReader) -> CPU? {
        let path = folder.path + "/cpu\(number)/cpufreq/"
        guard reader.exists(path) else { return nil }
        var cpu = CPU(number: number)
        for field in fields {
            let file = path + "\(field.name)"
            guard let bytes = content(file, &reader) else { continue }
            // One that is malformed is read like those that change, so that every scrape says that it is lost.
            if field.key.isFixed, let value = bytes.unsigned {
                cpu.fixed.append((field, value))
            } else {
                cpu.frequencies.append((field, KernelFile(oneRead: file)))
            }
        }
        if content(path + "scaling_governor", &reader) != nil {
            cpu.governor = KernelFile(oneRead: path + "scaling_governor")
        }
        if var names = content(path + "scaling_available_governors", &reader).map({ ByteScanner($0) }) {
            while let name = names.nextField() { cpu.governors.append(name.text) }
        }
        return cpu
    }

    /// nil also where only root may read, as cpuinfo_cur_freq.
    private func content(_ path: String, _ reader: inout KernelFileReader) -> Bytes? {
        do throws(CollectorError) {
            return try reader.readIfPresent(path: path)?.trimmed
        } catch {
            return nil
        }
    }
}

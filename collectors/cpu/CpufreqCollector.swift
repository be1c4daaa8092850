// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Frequencies of the CPUs and what governs them.
///
/// Source: /sys/devices/system/cpu/cpu*/cpufreq, kernel Documentation/admin-guide/pm/cpufreq.rst.
struct CpufreqCollector: Collector {
    enum Metric: Int, FamilyKey {
        case frequency, minimum, maximum, scaling, scalingMinimum, scalingMaximum, governor

        var family: MetricFamily {
            switch self {
            case .frequency: SharedFamilies.cpuFrequencyHertz
            case .minimum:
                .gauge("node_cpu_frequency_min_hertz", ["cpu"], "Lowest frequency that the CPU can run at, in hertz.")
            case .maximum:
                .gauge("node_cpu_frequency_max_hertz", ["cpu"], "Highest frequency that the CPU can run at, in hertz.")
            case .scaling:
                .gauge("node_cpu_scaling_frequency_hertz", ["cpu"], "Frequency that was last asked for, in hertz.")
            case .scalingMinimum:
                .gauge("node_cpu_scaling_frequency_min_hertz", ["cpu"], "Lowest frequency allowed now, in hertz.")
            case .scalingMaximum:
                .gauge("node_cpu_scaling_frequency_max_hertz", ["cpu"], "Highest frequency allowed now, in hertz.")
            case .governor:
                .gauge(
                    "node_cpu_scaling_governor", ["cpu", "governor"],
                    "1 for the governor that chooses the CPU's frequency, 0 for the others on offer.")
            }
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "cpufreq", group: .cpu, help: "Frequencies of the CPUs, their limits and their governors.",
        reads: [
            "/sys/devices/system/cpu/cpu*/cpufreq (what cannot change: when a CPU or a policy comes or goes)"
        ], absentIsSuccess: true)

    /// A frequency that is read in every scrape.
    private struct Frequency {
        let metric: Metric
        let file: KernelFile
    }

    private struct CPU {
        let number: Int
        /// Frequencies that the hardware fixes, in kHz.
        var fixed: [(metric: Metric, kilohertz: UInt64)] = []
        var frequencies: [Frequency] = []
        var governor: KernelFile?
        var governors: [String] = []
    }

    private static let fixedFiles: [(metric: Metric, name: String)] = [
        (.minimum, "cpuinfo_min_freq"), (.maximum, "cpuinfo_max_freq"),
    ]
    private static let files: [(metric: Metric, name: String)] = [
        (.frequency, "cpuinfo_cur_freq"), (.scaling, "scaling_cur_freq"), (.scalingMinimum, "scaling_min_freq"),
        (.scalingMaximum, "scaling_max_freq"),
    ]

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
        try lookAgainIfChanged(from: &reader)
        guard !cpus.isEmpty else { return .noDevice("no CPU has a folder cpufreq below \(folder.path)") }
        for cpu in cpus { write(cpu, from: &reader, into: &writer) }
        return .available
    }

    private func write(_ cpu: CPU, from reader: inout KernelFileReader, into writer: inout Writer) {
        let labels = writer.labels { $0.add("cpu", cpu.number) }
        for (metric, kilohertz) in cpu.fixed { writer.write(metric, labels, Double(kilohertz) * 1_000) }
        for frequency in cpu.frequencies {
            do throws(CollectorError) {
                // A CPU that is offline, or whose frequency the driver cannot tell, has none.
                guard let bytes = try reader.readIfPresent(frequency.file), bytes.trimmed != "<unknown>" else {
                    continue
                }
                guard let kilohertz = bytes.trimmed.unsigned else { throw .malformed(frequency.file.path, bytes) }
                writer.write(frequency.metric, labels, Double(kilohertz) * 1_000)
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

    private mutating func lookAgainIfChanged(from reader: inout KernelFileReader) throws(CollectorError) {
        let text = try reader.readIfPresent(onlineFile) ?? Bytes("")
        var count = 0
        if var names = try reader.listIfPresent(policies) {
            while names.next() != nil { count += 1 }
        }
        if count == policyCount, onlineText.map({ text == $0 }) == true { return }
        cpus = []
        if let listing = try reader.listIfPresent(folder) {
            for number in CPUNumbers.folders(listing) {
                if let cpu = look(at: number, from: &reader) { cpus.append(cpu) }
            }
        }
        policyCount = count
        onlineText = text.text
    }

    private func look(at number: Int, from reader: inout KernelFileReader) -> CPU? {
        let path = folder.path + "/cpu\(number)/cpufreq/"
        guard reader.exists(path) else { return nil }
        var cpu = CPU(number: number)
        for (metric, name) in CpufreqCollector.fixedFiles {
            guard let bytes = content(path + name, &reader) else { continue }
            if let value = bytes.unsigned {
                cpu.fixed.append((metric, value))
            } else {
                // Read like those that change, so that every scrape says that it is lost.
                cpu.frequencies.append(Frequency(metric: metric, file: KernelFile(oneRead: path + name)))
            }
        }
        for (metric, name) in CpufreqCollector.files where content(path + name, &reader) != nil {
            cpu.frequencies.append(Frequency(metric: metric, file: KernelFile(oneRead: path + name)))
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

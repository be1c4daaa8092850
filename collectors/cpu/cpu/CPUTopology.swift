// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Which CPUs are online and isolated, and the counts of throttling of their cores and packages.
///
/// What changes only when a CPU comes or goes is read again only then.
struct CPUTopology {
    /// A counter of throttling of a package, or of a core where there is one.
    private struct Throttle {
        let package: Int
        let core: Int?
        let file: KernelFile
    }

    private let roots: Roots
    private let folder: KernelDirectory
    private let onlineFile: KernelFile
    /// Content of `online` when the rest was read; nil before.
    private var onlineText: String?
    /// The CPUs of /proc/stat, which are those online, when `online` was last read.
    private var listed: [Int] = []
    private var throttles: [Throttle] = []
    private var isolated: [Int] = []
    /// True where `isolated` is there and cannot be understood.
    private var isIsolatedLost = false
    private var online: [(cpu: Int, isOnline: Bool)] = []

    init(roots: Roots) {
        self.roots = roots
        folder = KernelDirectory(roots.sys("devices/system/cpu"))
        onlineFile = KernelFile(oneRead: roots.sys("devices/system/cpu/online"))
    }

    /// Writes throttling, isolation and whether each CPU is online.
    ///
    /// `cpus` are those of /proc/stat.
    mutating func collect(
        cpus: [CPUTimes.CPU], from reader: inout KernelFileReader, into writer: inout MetricWriter<CPUCollector.Metric>
    ) throws(CollectorError) {
        if onlineText == nil || !isListed(cpus) {
            let text = try reader.readIfPresent(onlineFile) ?? Bytes("")
            if onlineText.map({ text == $0 }) != true {
                try readFolders(from: &reader)
                onlineText = text.text
            }
            listed = cpus.map(\.number)
        }
        if isIsolatedLost { writer.loseItem("\(folder.path)/isolated is no list of CPUs") }
        for cpu in isolated { writer.write(CPUCollector.Metric.isolated, writer.labels { $0.add("cpu", cpu) }, true) }
        for (cpu, isOnline) in online {
            writer.write(CPUCollector.Metric.online, writer.labels { $0.add("cpu", cpu) }, isOnline)
        }
        for throttle in throttles { write(throttle, from: &reader, into: &writer) }
    }

    /// True where the CPUs are those of the last time.
    private func isListed(_ cpus: [CPUTimes.CPU]) -> Bool {
        guard cpus.count == listed.count else { return false }
        for at in cpus.indices where cpus[at].number != listed[at] { return false }
        return true
    }

    private func write(
        _ throttle: Throttle, from reader: inout KernelFileReader, into writer: inout MetricWriter<CPUCollector.Metric>
    ) {
        do throws(CollectorError) {
            guard let bytes = try reader.readIfPresent(throttle.file) else { return }
            guard let count = bytes.trimmed.unsigned else { throw .malformed(throttle.file.path, bytes) }
            let labels = writer.labels {
                if let core = throttle.core { $0.add("core", core) }
                $0.add("package", throttle.package)
            }
            writer.write(
                throttle.core == nil ? CPUCollector.Metric.packageThrottles : .coreThrottles, labels, count)
        } catch {
            writer.loseItem(error.description)
        }
    }

    private mutating func readFolders(from reader: inout KernelFileReader) throws(CollectorError) {
        throttles = []
        isolated = []
        isIsolatedLost = false
        online = []
        guard let listing = try reader.listIfPresent(folder) else { return }
        let cpus = CPUNumbers.folders(listing)
        if let text = try reader.readIfPresent(path: folder.path + "/isolated") {
            let numbers = CPUNumbers.ranges(text)
            isolated = numbers ?? []
            isIsolatedLost = numbers == nil
        }
        findThrottles(cpus, from: &reader)
        try findOnline(cpus, from: &reader)
    }

    /// Takes each core's and package's counter from the first CPU, in the order of names, that has it.
    private mutating func findThrottles(_ cpus: [Int], from reader: inout KernelFileReader) {
        var cores: Set<[Int]> = []
        var packages: Set<Int> = []
        for cpu in cpus {
            let path = folder.path + "/cpu\(cpu)/"
            guard let package = number(path + "topology/physical_package_id", &reader),
                let core = number(path + "topology/core_id", &reader)
            else { continue }
            let ofCore = path + "thermal_throttle/core_throttle_count"
            if !cores.contains([package, core]), number(ofCore, &reader) != nil {
                cores.insert([package, core])
                throttles.append(Throttle(package: package, core: core, file: KernelFile(oneRead: ofCore)))
            }
            let ofPackage = path + "thermal_throttle/package_throttle_count"
            if !packages.contains(package), number(ofPackage, &reader) != nil {
                packages.insert(package)
                throttles.append(Throttle(package: package, core: nil, file: KernelFile(oneRead: ofPackage)))
            }
        }
    }

    /// No sample where the first CPU cannot be taken offline, as node_exporter has it.
    private mutating func findOnline(_ cpus: [Int], from reader: inout KernelFileReader) throws(CollectorError) {
        guard let first = cpus.first, reader.exists(folder.path + "/cpu\(first)/online") else { return }
        for cpu in cpus {
            let text = try reader.readIfPresent(path: folder.path + "/cpu\(cpu)/online")
            online.append((cpu, text.map { $0.trimmed == "1" } ?? false))
        }
    }

    /// A CPU that is offline has neither topology nor counters, which is no loss.
    private func number(_ path: String, _ reader: inout KernelFileReader) -> Int? {
        do throws(CollectorError) {
            return try reader.readIfPresent(path: path)?.trimmed.unsigned.flatMap { Int(exactly: $0) }
        } catch {
            return nil
        }
    }
}

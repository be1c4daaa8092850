// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Which CPUs are online and isolated, and the counts of throttling of their cores and packages.
///
/// The lists of CPUs are read in every scrape. The folders of the CPUs are looked at when a list says that one came or
/// went: while it is online its place in the machine is fixed, and an offline one has none.
struct CPUTopology {
    /// A counter of throttling of a package, or of a core where there is one.
    private struct Throttle {
        let package: Int
        let core: Int?
        let file: KernelFile
    }

    /// A CPU that can be taken offline.
    private struct Switchable {
        let cpu: Int
        let file: KernelFile
    }

    private let roots: Roots
    private let folder: KernelDirectory
    private let onlineFile, presentFile, isolatedFile: KernelFile
    /// What the lists said when the folders were looked at.
    private var onlineText: [UInt8] = []
    private var presentText: [UInt8] = []
    /// False where something was lost when the folders were looked at, so that they are again.
    private var isKnown = false
    private var throttles: [Throttle] = []
    private var switchable: [Switchable] = []
    /// The CPUs of the list `online`; nil where it is no list.
    private var online: Set<Int>?
    private var isolatedText: [UInt8] = []
    private var isolated: [Int]? = []

    init(roots: Roots) {
        self.roots = roots
        folder = KernelDirectory(roots.sys("devices/system/cpu"))
        onlineFile = KernelFile(oneRead: folder.path + "/online")
        presentFile = KernelFile(oneRead: folder.path + "/present")
        isolatedFile = KernelFile(oneRead: folder.path + "/isolated")
    }

    /// Writes isolation, whether each CPU is online, and throttling.
    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout MetricWriter<CPUCollector.Metric>
    ) {
        writeIsolated(from: &reader, into: &writer)
        let onlineList = reader.attribute(onlineFile)
        let present = reader.text(of: presentFile, or: &writer) ?? Bytes("")
        switch onlineList {
        case .value(let text):
            if !isKnown || text != onlineText || present != presentText {
                onlineText = text.array
                presentText = present.array
                // Some CPU reads this, so that an empty list is none.
                online = text.isEmpty ? nil : CPUNumbers.ranges(text).map(Set.init)
                lookAtFolders(from: &reader, into: &writer)
            }
            writeOnline(into: &writer)
        case .none:
            if !isKnown || !onlineText.isEmpty || present != presentText {
                onlineText = []
                presentText = present.array
                lookAtFolders(from: &reader, into: &writer)
            }
            readOnline(from: &reader, into: &writer)
        case .lost(let error):
            writer.lose(error)
            if !isKnown { lookAtFolders(from: &reader, into: &writer) }
            // Without the list nobody says when to look again.
            isKnown = false
        }
        for throttle in throttles { write(throttle, from: &reader, into: &writer) }
    }

    // MARK: Each scrape

    private mutating func writeIsolated(
        from reader: inout KernelFileReader, into writer: inout MetricWriter<CPUCollector.Metric>
    ) {
        guard let text = reader.text(of: isolatedFile, or: &writer) else { return }
        if text != isolatedText {
            isolatedText = text.array
            isolated = CPUNumbers.ranges(text)
        }
        guard let isolated else {
            writer.loseItem("\(isolatedFile.path) is no list of CPUs")
            return
        }
        for cpu in isolated { writer.write(CPUCollector.Metric.isolated, writer.labels { $0.add("cpu", cpu) }, true) }
    }

    private func writeOnline(into writer: inout MetricWriter<CPUCollector.Metric>) {
        guard !switchable.isEmpty else { return }
        guard let online else {
            writer.loseItem("\(onlineFile.path) is no list of CPUs")
            return
        }
        for one in switchable {
            let labels = writer.labels { $0.add("cpu", one.cpu) }
            writer.write(CPUCollector.Metric.online, labels, online.contains(one.cpu))
        }
    }

    /// For kernels that have no list: each CPU's own file says the same.
    private func readOnline(
        from reader: inout KernelFileReader, into writer: inout MetricWriter<CPUCollector.Metric>
    ) {
        for one in switchable {
            guard let text = reader.text(of: one.file, or: &writer) else { continue }
            guard text == "0" || text == "1" else {
                writer.lose(.malformed(one.file.path, text))
                continue
            }
            writer.write(CPUCollector.Metric.online, writer.labels { $0.add("cpu", one.cpu) }, text == "1")
        }
    }

    private func write(
        _ throttle: Throttle, from reader: inout KernelFileReader, into writer: inout MetricWriter<CPUCollector.Metric>
    ) {
        guard let text = reader.text(of: throttle.file, or: &writer) else { return }
        guard let count = text.unsigned else {
            writer.lose(.malformed(throttle.file.path, text))
            return
        }
        let labels = writer.labels {
            if let core = throttle.core { $0.add("core", core) }
            $0.add("package", throttle.package)
        }
        writer.write(throttle.core == nil ? CPUCollector.Metric.packageThrottles : .coreThrottles, labels, count)
    }

    // MARK: When CPUs come or go

    private mutating func lookAtFolders(
        from reader: inout KernelFileReader, into writer: inout MetricWriter<CPUCollector.Metric>
    ) {
        let lostBefore = writer.itemsLost
        throttles = []
        switchable = []
        if let listing = reader.list(folder, or: &writer) {
            let cpus = CPUNumbers.folders(listing)
            // No sample where the first CPU cannot be taken offline, as node_exporter has it.
            for cpu in cpus {
                let file = KernelFile(oneRead: folder.path + "/cpu\(cpu)/online")
                if reader.exists(file.path) {
                    switchable.append(Switchable(cpu: cpu, file: file))
                } else if switchable.isEmpty {
                    break
                }
            }
            findThrottles(cpus, from: &reader, into: &writer)
        }
        isKnown = writer.itemsLost == lostBefore
    }

    /// Takes each core's and package's counter from the first CPU, in the order of names, that has it.
    private mutating func findThrottles(
        _ cpus: [Int], from reader: inout KernelFileReader, into writer: inout MetricWriter<CPUCollector.Metric>
    ) {
        var cores: Set<[Int]> = []
        var packages: Set<Int> = []
        for cpu in cpus {
            let path = folder.path + "/cpu\(cpu)/"
            guard reader.exists(path + "thermal_throttle/."),
                let package = number(path + "topology/physical_package_id", from: &reader, into: &writer),
                let core = number(path + "topology/core_id", from: &reader, into: &writer)
            else { continue }
            let ofCore = path + "thermal_throttle/core_throttle_count"
            if !cores.contains([package, core]), reader.exists(ofCore) {
                cores.insert([package, core])
                throttles.append(Throttle(package: package, core: core, file: KernelFile(oneRead: ofCore)))
            }
            let ofPackage = path + "thermal_throttle/package_throttle_count"
            if !packages.contains(package), reader.exists(ofPackage) {
                packages.insert(package)
                throttles.append(Throttle(package: package, core: nil, file: KernelFile(oneRead: ofPackage)))
            }
        }
    }

    /// nil where a CPU is offline, and where firmware gives it no number (-1).
    private func number(
        _ path: String, from reader: inout KernelFileReader, into writer: inout MetricWriter<CPUCollector.Metric>
    ) -> Int? {
        guard let text = reader.contents(ofPath: path, or: &writer)?.trimmed else { return nil }
        guard let number = text.signed.flatMap({ Int(exactly: $0) }) else {
            writer.lose(.malformed(path, text))
            return nil
        }
        return number >= 0 ? number : nil
    }
}

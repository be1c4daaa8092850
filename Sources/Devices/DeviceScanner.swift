// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Glibc
import KernelFiles
import PCIBus

/// The work of `DeviceInventory`: scans, joins, judges, remembers.
///
/// One thread at a time.
final class DeviceScanner {
    private let roots: Roots
    private let options: DeviceOptions
    private let isPatient: Bool
    private let pci: PCIWatcher?
    private var cpus: CPUPackages
    var tracked: [TrackedDevice] = []
    private var joinedNanoseconds: UInt64?
    /// Why the accelerators of a class are not known; they are looked for again in the next scan.
    private var nodeProblems: [String] = []

    private var record: DeviceRecord

    private var seconds: UInt64 = 0
    private var lastSeconds: UInt64 = 0
    /// Whether anything but the time is to be published anew.
    var isChanged = true

    init(roots: Roots, options: DeviceOptions, isPatient: Bool) {
        self.roots = roots
        self.options = options
        self.isPatient = isPatient
        cpus = CPUPackages(roots: roots)
        // A libpci that cannot be set up leaves the bus unread, which `publish` says.
        pci = try? PCIWatcher(
            sysfs: roots.sysfs, identifiersPath: DeviceScanner.identifiersPath(roots), isPatient: isPatient)
        record = DeviceRecord(options, isPatient: isPatient)
    }

    /// The host's own pci.ids, where the agent sees the host's files elsewhere.
    private static func identifiersPath(_ roots: Roots) -> String? {
        // libpci opens the path itself, in this process's root.
        ["/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids"].compactMap { try? HostFile($0, in: roots).resolved() }
            .first { unsafe access($0, R_OK) == 0 }
    }

    // MARK: Looking

    /// True where nothing was found but CPUs, so that nothing changes quickly, and nothing could not be read.
    var isIdle: Bool {
        isPatient && tracked.allSatisfy { $0.device.kind == .cpu } && cpus.problems.isEmpty && nodeProblems.isEmpty
    }

    /// Reads everything that may have changed since the last time.
    func scan(from reader: inout KernelFileReader) {
        let now = Clock.monotonicNanoseconds()
        lastSeconds = seconds
        seconds = UInt64(max(0, time(nil)))
        if lastSeconds == 0 { lastSeconds = seconds }
        readStateFile(now, from: &reader)
        let isOther = pci?.update(nowNanoseconds: now) ?? (joinedNanoseconds == nil)
        if isOther || !nodeProblems.isEmpty {
            join(now, from: &reader)
        } else {
            refresh(now, from: &reader)
        }
        if cpus.update(from: &reader) || joinedNanoseconds == now { joinCPUs() }
        for index in tracked.indices where tracked[index].refresh(from: &reader) { isChanged = true }
    }

    /// Asks each present PCI device for its driver and power; one that is gone is a reason to scan.
    private func refresh(_ now: UInt64, from reader: inout KernelFileReader) {
        guard let pci else { return }
        for index in tracked.indices where tracked[index].facts.status != nil {
            guard let address = tracked[index].device.address else { continue }
            guard let status = pci.status(of: address) else {
                pci.scan(nowNanoseconds: now)
                join(now, from: &reader)
                return
            }
            take(status, at: index, from: &reader)
        }
    }

    private func take(_ status: PCIFunctionStatus, at index: Int, from reader: inout KernelFileReader) {
        let driver = tracked[index].device.driver
        let isIncomplete = tracked[index].device.problem != nil
        guard tracked[index].take(status) || !tracked[index].hasState || isIncomplete else { return }
        isChanged = true
        guard tracked[index].device.driver != driver || !tracked[index].hasState || isIncomplete else { return }
        tracked[index].device.problem = nil
        let module = String((status.driver ?? "").map { $0 == "-" ? "_" : $0 })
        // Drivers that come with the kernel have no version of their own.
        let version = module.isEmpty ? "" : text(roots.sys("module/\(module)/version"), of: index, from: &reader)
        tracked[index].device.driverVersion = version
        guard status.driver == "amdgpu", !status.power.isAsleep else { return }
        // Only some boards have one.
        let unique = tracked[index].device.folder + "/unique_id"
        tracked[index].device.uuid = text(unique, of: index, from: &reader)
    }

    /// A text that tells of a device; empty where there is none, and where it cannot be read, which is kept with the
    /// device and tried again in the next scan.
    private func text(_ path: String, of index: Int, from reader: inout KernelFileReader) -> String {
        do throws(KernelFileError) {
            return try reader.contents(ofPath: path).trimmed.upTo(64).text
        } catch {
            if !error.isMissing { tracked[index].device.problem = error.description }
            return ""
        }
    }

    // MARK: Joining

    /// Brings the list in line with a scan of the bus and the classes of accelerators.
    private func join(_ now: UInt64, from reader: inout KernelFileReader) {
        joinedNanoseconds = now
        for index in tracked.indices { tracked[index].isSeen = tracked[index].device.kind == .cpu }
        for function in pci?.functions ?? [] {
            guard let kind = ComputeKind(function.kind) else { continue }
            join(function, as: kind, from: &reader)
        }
        nodeProblems = []
        let nodes = AcceleratorNodes.list(roots, from: &reader, problems: &nodeProblems)
        joinNodes(nodes, from: &reader)
        forgetConsoles()
        for index in tracked.indices where !tracked[index].isSeen && tracked[index].facts.isPresent {
            if isStillThere(tracked[index]) { continue }
            tracked[index].vanish(lastSeenSeconds: lastSeconds)
            isChanged = true
        }
    }

    private func join(_ function: PCIFunction, as kind: ComputeKind, from reader: inout KernelFileReader) {
        let id = function.address.description
        let index = indexOfDevice(id, kind: kind)
        let folder = roots.sys("bus/pci/devices/" + id)
        if tracked[index].take(function, kind: kind, model: pci?.model(of: function) ?? "", folder: folder) {
            isChanged = true
        }
        take(function.status, at: index, from: &reader)
    }

    private func joinNodes(_ nodes: [AcceleratorNodes.Found], from reader: inout KernelFileReader) {
        var joined: Set<String> = []
        for found in nodes {
            let id = found.address?.description ?? found.node.name
            // Neuron's virtual devices do not say which function they are: where there are functions, those count.
            if found.address == nil, found.node.interface == .neuron,
                tracked.contains(where: { $0.device.vendorID == PCIVendor.amazon && $0.isSeen })
            {
                continue
            }
            guard joined.insert(id).inserted else { continue }
            let isKnown = tracked.contains { $0.device.id == id && $0.isSeen }
            let index = indexOfDevice(id, kind: AcceleratorNodes.kind(ofDriver: found.driver))
            if !isKnown { describe(found, at: index, from: &reader) }
            if tracked[index].take(found.node) { isChanged = true }
        }
        guard nodeProblems.isEmpty else {
            // Those that no class shows may be in one that could not be listed.
            for index in tracked.indices where tracked[index].device.accelerator != nil { tracked[index].isSeen = true }
            return
        }
        for index in tracked.indices where !joined.contains(tracked[index].device.id) && tracked[index].isSeen {
            if tracked[index].take(nil as AcceleratorNode?) { isChanged = true }
        }
    }

    /// An accelerator that the PCI scan does not know as one, or that is no PCI function.
    private func describe(_ found: AcceleratorNodes.Found, at index: Int, from reader: inout KernelFileReader) {
        isChanged = true
        tracked[index].isSeen = true
        tracked[index].facts.isPresent = true
        tracked[index].device.lastSeenSeconds = nil
        tracked[index].device.folder = found.deviceFolder
        guard let address = found.address else {
            tracked[index].device.vendor = AcceleratorNodes.vendor(ofDriver: found.driver, found.node.interface)
            tracked[index].device.driver = found.driver
            return
        }
        tracked[index].wasOnBus = true
        tracked[index].device.address = address
        if let vendor = pci?.vendorOf[address] {
            tracked[index].device.vendorID = vendor
            tracked[index].device.vendor = PCIVendor.label(vendor)
        }
        if let status = pci?.status(of: address) { take(status, at: index, from: &reader) }
    }

    /// What was taken for a GPU once, by an earlier version or while another driver had it, and is a console, is not
    /// missed.
    private func forgetConsoles() {
        guard let consoles = pci?.vendorOfConsole, !consoles.isEmpty else { return }
        let wrong = tracked.filter { tracked in
            guard tracked.device.kind == .gpu, !tracked.isSeen, let address = tracked.device.address else {
                return false
            }
            return consoles[address].map(PCIVendor.label) == tracked.device.vendor
        }
        guard !wrong.isEmpty else { return }
        let ids = Set(wrong.map(\.device.id))
        tracked.removeAll { ids.contains($0.device.id) }
        record.forget(Array(ids))
        isChanged = true
    }

    /// A function that is there but could not be read in this scan is not missing.
    private func isStillThere(_ device: TrackedDevice) -> Bool {
        guard let pci, pci.absence == nil, let address = device.device.address, device.wasOnBus else { return false }
        return pci.vendorOf[address] == nil && pci.status(of: address) != nil
    }

    private func joinCPUs() {
        for package in cpus.packages {
            let index = indexOfDevice("cpu:\(package.number)", kind: .cpu)
            var device = tracked[index].device
            device.vendor = cpus.vendor
            device.model = cpus.model
            device.numaNode = package.numaNode
            let wasPresent = tracked[index].facts.isPresent
            tracked[index].facts.isPresent = package.isOnline
            if package.isOnline {
                device.lastSeenSeconds = nil
            } else if wasPresent || device.lastSeenSeconds == nil {
                device.lastSeenSeconds = lastSeconds
            }
            guard device != tracked[index].device || wasPresent != package.isOnline else { continue }
            tracked[index].device = device
            isChanged = true
        }
    }

    /// The place of a device in the list, which is kept in order.
    func indexOfDevice(_ id: String, kind: ComputeKind, address: PCIAddress? = nil) -> Int {
        if let index = tracked.firstIndex(where: { $0.device.id == id }) { return index }
        var fresh = TrackedDevice(id: id, kind: kind)
        fresh.device.address = address ?? PCIAddress(id)
        let index = tracked.firstIndex { $0.device.order > fresh.device.order } ?? tracked.count
        tracked.insert(fresh, at: index)
        isChanged = true
        return index
    }

    // MARK: Remembering

    /// Takes over what the state folder says, where somebody has changed it.
    private func readStateFile(_ now: UInt64, from reader: inout KernelFileReader) {
        guard record.readIfChanged(nowNanoseconds: now, from: &reader) else { return }
        isChanged = true
        // Somebody made the file forget them.
        tracked.removeAll { !$0.facts.isPresent && record.learned.entries[$0.device.id] == nil }
        for entry in record.learned.entries.values where !tracked.contains(where: { $0.device.id == entry.id }) {
            let index = indexOfDevice(entry.id, kind: entry.kind)
            tracked[index].facts.isPresent = false
            tracked[index].device.vendor = entry.vendor
            tracked[index].device.model = entry.model
            tracked[index].device.lastSeenSeconds = entry.lastSeenSeconds
        }
    }

    /// Writes down what is there for the next start.
    func remember() {
        if record.note(tracked, seconds: seconds) { isChanged = true }
    }

    // MARK: Publishing

    /// Brings a snapshot up to date; only its time where nothing has changed.
    func publish(to snapshot: inout DeviceSnapshot) {
        snapshot.seconds = seconds
        let problems = problems
        guard isChanged || snapshot.problems != problems || snapshot.busAbsence != pci?.absence else { return }
        isChanged = false
        snapshot.sysfs = roots.sysfs
        snapshot.devices = tracked.map(\.device)
        snapshot.busAbsence = pci == nil ? "libpci cannot be set up" : pci?.absence
        snapshot.problems = problems
        snapshot.acceleratorProblems = nodeProblems
        snapshot.preferred = options.preferred
        for kind in ComputeKind.allCases {
            let known = record.isKept ? record.learned.expected[kind] : nil
            snapshot.expected[kind.index] = options.expected[kind] ?? known
        }
    }

    /// What could not be read or written, one sentence each; no memory where there is nothing.
    private var problems: [String] {
        var problems = cpus.problems
        problems += nodeProblems
        if let problem = pci?.problem { problems.append(problem) }
        if let problem = record.problem { problems.append(problem) }
        for one in tracked {
            if let problem = one.device.problem { problems.append(problem) }
            if let problem = one.device.nodeProblem { problems.append(problem) }
        }
        return problems
    }
}

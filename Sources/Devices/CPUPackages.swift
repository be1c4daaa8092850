// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles

/// The CPU packages of the host, which of their CPUs are online, and what they are.
///
/// Source: /sys/devices/system/cpu, kernel Documentation/admin-guide/cputopology.rst. An offline CPU has no topology,
/// so a package is known by the CPUs that were online once.
struct CPUPackages {
    /// One package.
    struct Package: Equatable {
        /// The kernel's number for it.
        let number: Int
        /// Whether one of its CPUs is online.
        var isOnline = false
        /// The NUMA node of all its CPUs; nil where they are of several, or the machine has none.
        var numaNode: Int?
    }

    private(set) var packages: [Package] = []
    private(set) var vendor = ""
    private(set) var model = ""
    /// What could not be read at the last look, one sentence each; it is looked at again the next time.
    private(set) var problems: [String] = []

    private let roots: Roots
    private let onlineFile: KernelFile
    /// What the list of CPUs said at the last look; nil before.
    private var online: [UInt8]?
    private var packageOf: [Int: Int] = [:]

    init(roots: Roots) {
        self.roots = roots
        onlineFile = KernelFile(oneRead: roots.sys("devices/system/cpu/online"))
    }

    /// Reads the packages again; true where a package came or went online or offline, or what is wrong is something else.
    ///
    /// A list that cannot be read changes nothing of what is known.
    mutating func update(from reader: inout KernelFileReader) -> Bool {
        let bytes: Bytes
        do throws(KernelFileError) {
            bytes = try reader.contents(of: onlineFile)
        } catch {
            let before = problems
            // Without the file nothing is known of CPUs, which is an answer.
            problems = error.isMissing ? [] : [error.description]
            return problems != before
        }
        if let online, bytes == online, problems.isEmpty { return false }
        online = bytes.array
        let before = (packages, problems)
        problems = []
        if bytes.trimmed.isEmpty || CPUNumbers.ranges(bytes) == nil {
            problems.append("\(onlineFile.path) is no list of CPUs")
        }
        if vendor.isEmpty, model.isEmpty { readModel(from: &reader) }
        learnTopology(CPUNumbers.readableRanges(bytes), from: &reader)
        return packages != before.0 || problems != before.1
    }

    /// A file that is read once; nil where it is not there, and where it cannot be read, which is a problem.
    private mutating func contents(_ path: String, from reader: inout KernelFileReader) -> Bytes? {
        do throws(KernelFileError) {
            return try reader.contents(ofPath: path)
        } catch {
            if !error.isMissing { problems.append(error.description) }
            return nil
        }
    }

    private mutating func learnTopology(_ cpus: [Int], from reader: inout KernelFileReader) {
        for cpu in cpus where packageOf[cpu] == nil {
            let path = roots.sys("devices/system/cpu/cpu\(cpu)/topology/physical_package_id")
            let problemCount = problems.count
            let text = contents(path, from: &reader)?.trimmed
            guard problems.count == problemCount else { continue }
            if let text, text.signed == nil {
                problems.append("\(path) is no number: \"\(text.upTo(64).text)\"")
                continue
            }
            // Kernels without topology, and firmware without a number (-1): one package.
            packageOf[cpu] = Int(clamping: max(0, text?.signed ?? 0))
        }
        let nodes = nodesOfCPUs(from: &reader)
        var found: [Int: Package] = [:]
        for package in packages { found[package.number] = Package(number: package.number, numaNode: package.numaNode) }
        var nodesOf: [Int: Set<Int?>] = [:]
        for cpu in cpus {
            guard let number = packageOf[cpu] else { continue }
            found[number, default: Package(number: number)].isOnline = true
            nodesOf[number, default: []].insert(nodes[cpu])
        }
        // Unknown where the node of one of the CPUs is.
        for (number, set) in nodesOf { found[number]?.numaNode = set.count == 1 ? set.first ?? nil : nil }
        packages = found.values.sorted { $0.number < $1.number }
    }

    private mutating func nodesOfCPUs(from reader: inout KernelFileReader) -> [Int: Int] {
        var nodes: [Int: Int] = [:]
        let folder = roots.sys("devices/system/node")
        var names: DirectoryListing
        do throws(KernelFileError) {
            names = try reader.list(KernelDirectory(folder))
        } catch {
            // A machine without NUMA has no such folder.
            if !error.isMissing { problems.append(error.description) }
            return [:]
        }
        while let name = names.next() {
            guard name.hasPrefix("node"), let number = name.from(4).unsigned, let node = Int(exactly: number) else {
                continue
            }
            let path = "\(folder)/node\(node)/cpulist"
            guard let list = contents(path, from: &reader) else { continue }
            if CPUNumbers.ranges(list) == nil { problems.append("\(path) is no list of CPUs") }
            for cpu in CPUNumbers.readableRanges(list) { nodes[cpu] = node }
        }
        return nodes
    }

    /// Vendor and model of the first CPU in /proc/cpuinfo.
    private mutating func readModel(from reader: inout KernelFileReader) {
        // Without the file the labels stay empty.
        guard let bytes = contents(roots.proc("cpuinfo"), from: &reader) else { return }
        var lines = ByteScanner(bytes)
        while let line = lines.nextLine(), vendor.isEmpty || model.isEmpty {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let key = line.upTo(colon).trimmed
            let value = line.from(colon + 1).trimmed
            if key == "vendor_id" || key == "CPU implementer" {
                if vendor.isEmpty { vendor = CPUPackages.vendorLabel(value.text) }
            } else if key == "model name" || key == "cpu" || key == "uarch" {
                if model.isEmpty { model = value.upTo(128).text }
            }
        }
    }

    /// The short names that PCI vendors have too.
    private static func vendorLabel(_ text: String) -> String {
        switch text {
        case "GenuineIntel": "intel"
        case "AuthenticAMD": "amd"
        case "HygonGenuine": "hygon"
        case "CentaurHauls": "centaur"
        case "  Shanghai  ", "Shanghai": "zhaoxin"
        case "IBM/S390": "ibm"
        case "0x41": "arm"
        case "0x46": "fujitsu"
        case "0x48": "hisilicon"
        case "0x4e": "nvidia"
        case "0x51": "qualcomm"
        case "0x61": "apple"
        case "0xc0": "ampere"
        default: String(text.prefix(32))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// NVMe controllers and their namespaces.
///
/// Source: /sys/class/nvme, kernel drivers/nvme/host/sysfs.c.
struct NVMeCollector: ClassCollector {
    static let descriptor = CollectorDescriptor(
        name: "nvme", group: .disk, help: "NVMe controllers: what they are, their state, their namespaces.",
        reads: ["/sys/class/nvme/*", "/sys/class/nvme/*/nvme*n*/{ana_state,nuse,size,queue/logical_block_size}"],
        sources: [ClassDirectory<NVMeController>.self])

    let devices: ClassDirectory<NVMeController>
}

/// One controller, whose attributes may ask it.
struct NVMeController: ClassDevice {
    enum Metric: Int, FamilyKey {
        case info, namespaceInfo, capacity, size, used, blockSize

        private static let labels = ["device", "nsid"]

        var family: MetricFamily {
            switch self {
            case .info:
                .gauge(
                    "node_nvme_info", ["cntlid", "device", "firmware_revision", "model", "serial", "state"],
                    "1 for each controller, with what it says about itself.")
            case .namespaceInfo:
                .gauge(
                    "node_nvme_namespace_info", ["ana_state", "device", "nsid"],
                    "1 for each namespace of a controller, with the state of the path to it.")
            case .capacity:
                .gauge("node_nvme_namespace_capacity_bytes", Self.labels, "Capacity of the namespace, in bytes.")
            case .size: .gauge("node_nvme_namespace_size_bytes", Self.labels, "Size of the namespace, in bytes.")
            case .used:
                .gauge("node_nvme_namespace_used_bytes", Self.labels, "What of the namespace is allocated, in bytes.")
            case .blockSize:
                .gauge(
                    "node_nvme_namespace_logical_block_size_bytes", Self.labels,
                    "Size of the namespace's logical block, in bytes.")
            }
        }
    }

    static let className = "nvme"
    static let noun = "NVMe controller"

    /// Attributes of the controller, and the labels that they become.
    private static let attributes: [(label: StaticString, file: StaticString)] = [
        ("cntlid", "cntlid"), ("firmware_revision", "firmware_rev"), ("model", "model"), ("serial", "serial"),
        ("state", "state"),
    ]

    /// What is kept of a namespace.
    private struct Namespace {
        let id: String
        let pathState: KernelFile
        let blockCount: KernelFile
        let usedCount: KernelFile
        let blockSize: KernelFile

        init(_ id: String, in folder: String) {
            self.id = id
            pathState = KernelFile(oneRead: folder + "/ana_state")
            blockCount = KernelFile(oneRead: folder + "/size")
            usedCount = KernelFile(oneRead: folder + "/nuse")
            blockSize = KernelFile(oneRead: folder + "/queue/logical_block_size")
        }
    }

    private let name: String
    private let info: AttributeLabels
    private var directory: WatchedDirectory
    private var namespaces: [Namespace] = []

    init?(name: String, folder: String, context: CollectorContext) {
        self.name = name
        info = AttributeLabels(
            renamed: Self.attributes, device: ("device", name), in: folder, missing: .empty)
        directory = WatchedDirectory(folder)
    }

    mutating func read(from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>) {
        guard let change = directory.list(from: &reader, or: &writer) else { return }
        if case .changed(let names) = change { learn(names) }
        writer.write(.info, info.read(from: &reader, into: &writer), 1)
        for namespace in namespaces { read(namespace, from: &reader, into: &writer) }
    }

    private func read(
        _ namespace: Namespace, from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>
    ) {
        // Only controllers of several paths tell it.
        let state = reader.text(of: namespace.pathState, or: &writer) ?? Bytes("unknown")
        let whole = writer.labels {
            $0.add("ana_state", state)
            $0.add("device", name)
            $0.add("nsid", namespace.id)
        }
        writer.write(.namespaceInfo, whole, 1)
        let labels = writer.labels {
            $0.add("device", name)
            $0.add("nsid", namespace.id)
        }
        guard let blockSize = reader.number(of: namespace.blockSize, or: &writer) else { return }
        writer.write(.blockSize, labels, blockSize)
        // As node_exporter has it, though the kernel counts the size in units of 512 bytes whatever the block is.
        if let blocks = reader.number(of: namespace.blockCount, or: &writer) {
            let bytes = Double(blocks) * Double(blockSize)
            writer.write(.capacity, labels, bytes)
            writer.write(.size, labels, bytes)
        }
        // Kernels before 6.8 do not tell it.
        if let used = reader.number(of: namespace.usedCount, or: &writer) {
            writer.write(.used, labels, Double(used) * Double(blockSize))
        }
    }

    private mutating func learn(_ names: [String]) {
        namespaces = []
        for name in names {
            guard let id = Self.namespaceID(name), !namespaces.contains(where: { $0.id == id }) else { continue }
            namespaces.append(Namespace(id, in: directory.path + "/" + name))
        }
    }

    /// The number of the namespace in `nvme0n1`, and in `nvme0c2n1`, which is one path to it; nil for any other name.
    static func namespaceID(_ name: String) -> String? {
        guard name.hasPrefix("nvme") else { return nil }
        let parts = name.dropFirst(4).split(separator: "n", omittingEmptySubsequences: false)
        guard parts.count == 2, UInt32(parts[1]) != nil else { return nil }
        let places = parts[0].split(separator: "c", omittingEmptySubsequences: false)
        return places.count <= 2 && places.allSatisfy { UInt32($0) != nil } ? String(parts[1]) : nil
    }
}

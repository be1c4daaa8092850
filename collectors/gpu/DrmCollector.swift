// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// AMD's cards in node_exporter's names; the collector amdgpu shows more of them, and other makers have theirs.
///
/// Source: /sys/class/drm, kernel Documentation/gpu/amdgpu.
struct DrmCollector: ClassCollector {
    static let descriptor = CollectorDescriptor(
        name: "drm", group: .gpu, isDefault: false,
        help: "AMD's cards under node_exporter's names: use and memory. A sleeping card is left asleep.",
        reads: ["/sys/class/drm/card*/device"], sources: [ClassDirectory<DRMCard>.self], absentIsSuccess: true)

    let devices: ClassDirectory<DRMCard>
}

/// A card of the class drm, of which amdgpu alone has attributes for this.
struct DRMCard: ClassDevice {
    enum Metric: Int, FamilyKey {
        case info, busy, hostSize, hostUsed, visibleSize, visibleUsed, ownSize, ownUsed

        var family: MetricFamily {
            switch self {
            case .info:
                .gauge(
                    "node_drm_card_info",
                    ["card", "memory_vendor", "power_performance_level", "unique_id", "vendor"],
                    "1 for each card, with what it says of itself.")
            case .busy: .gauge("node_drm_gpu_busy_percent", ["card"], "How busy the GPU is, in percent.")
            case .hostSize:
                .gauge(
                    "node_drm_memory_gtt_size_bytes", ["card"], "Memory of the host that the card can map, in bytes.")
            case .hostUsed:
                .gauge(
                    "node_drm_memory_gtt_used_bytes", ["card"], "Memory of the host that the card has mapped, in bytes."
                )
            case .visibleSize:
                .gauge(
                    "node_drm_memory_vis_vram_size_bytes", ["card"],
                    "The card's memory that the CPU can map, in bytes.")
            case .visibleUsed:
                .gauge(
                    "node_drm_memory_vis_vram_used_bytes", ["card"],
                    "What is used of the card's memory that the CPU can map, in bytes.")
            case .ownSize: .gauge("node_drm_memory_vram_size_bytes", ["card"], "The card's memory, in bytes.")
            case .ownUsed:
                .gauge("node_drm_memory_vram_used_bytes", ["card"], "What is used of the card's memory, in bytes.")
            }
        }
    }

    /// A memory of the card with its two figures.
    private struct Pool {
        let size, used: KernelFile
        let sizeMetric, usedMetric: Metric

        init(_ folder: String, _ name: String, _ size: Metric, _ used: Metric) {
            self.size = KernelFile(oneRead: "\(folder)/mem_info_\(name)_total")
            self.used = KernelFile(oneRead: "\(folder)/mem_info_\(name)_used")
            sizeMetric = size
            usedMetric = used
        }
    }

    static let className = "drm"
    static let noun = "card"

    private let name: String
    private let uevent, busy, memoryVendor, performanceLevel, uniqueID: KernelFile
    private let pools: [Pool]

    init?(name: String, folder: String, context: CollectorContext) {
        // Connectors (card0-DP-1) and render nodes are beside the cards. The class is checked with an empty name.
        guard name.isEmpty || name.hasPrefix("card") && UInt32(name.dropFirst("card".count)) != nil else { return nil }
        self.name = name
        let device = folder + "/device"
        uevent = KernelFile(oneRead: device + "/uevent")
        busy = KernelFile(oneRead: device + "/gpu_busy_percent")
        memoryVendor = KernelFile(oneRead: device + "/mem_info_vram_vendor")
        performanceLevel = KernelFile(oneRead: device + "/power_dpm_force_performance_level")
        uniqueID = KernelFile(oneRead: device + "/unique_id")
        pools = [
            Pool(device, "gtt", .hostSize, .hostUsed), Pool(device, "vis_vram", .visibleSize, .visibleUsed),
            Pool(device, "vram", .ownSize, .ownUsed),
        ]
    }

    mutating func read(from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>) {
        guard isOfAMD(from: &reader, into: &writer) else { return }
        let memoryVendor = reader.text(of: memoryVendor, or: &writer) ?? Bytes("")
        let performanceLevel = reader.text(of: performanceLevel, or: &writer) ?? Bytes("")
        let uniqueID = reader.text(of: uniqueID, or: &writer) ?? Bytes("")
        let info = writer.labels {
            $0.add("card", name)
            $0.add("memory_vendor", memoryVendor)
            $0.add("power_performance_level", performanceLevel)
            $0.add("unique_id", uniqueID)
            $0.add("vendor", Bytes("amd"))
        }
        writer.write(.info, info, true)
        let card = writer.labels("card", name)
        if let percent = reader.number(of: busy, or: &writer) {
            if Quantity.share.holds(Double(percent) / 100) {
                writer.write(.busy, card, percent)
            } else {
                writer.loseItem("\(busy.path): \(percent) % cannot be")
            }
        }
        for pool in pools { read(pool, card, from: &reader, into: &writer) }
    }

    private func isOfAMD(from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>) -> Bool {
        guard let text = reader.text(of: uevent, or: &writer) else { return false }
        var lines = ByteScanner(text)
        while let line = lines.nextLine() { if line == "DRIVER=amdgpu" { return true } }
        return false
    }

    private func read(
        _ pool: Pool, _ card: Labels, from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>
    ) {
        // A number below zero is no size; what was lost is counted by the reader.
        let size = reader.number(of: pool.size, or: &writer).flatMap { UInt64(exactly: $0) }
        let used = reader.number(of: pool.used, or: &writer).flatMap { UInt64(exactly: $0) }
        let memory = MemoryFigures(totalBytes: size, usedBytes: used)
        for _ in 0..<memory.lostFigures { writer.loseItem("\(pool.used.path): more used than there is") }
        if let bytes = memory.totalBytes { writer.write(pool.sizeMetric, card, bytes) }
        if let bytes = memory.usedBytes { writer.write(pool.usedMetric, card, bytes) }
    }
}

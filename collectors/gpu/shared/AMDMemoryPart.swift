// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Devices
import Exposition
import KernelFiles
import PCIBus

/// The memory of an AMD GPU: its own, what of it the CPU can map, and what of the host's it uses.
///
/// Source: mem_info_vram_*, mem_info_vis_vram_* and mem_info_gtt_*, kernel Documentation/gpu/amdgpu/driver-misc.rst.
struct AMDMemoryPart: CardPart {
    /// A pool with a total and a used amount.
    private struct Pool {
        let total: KernelFile
        let used: KernelFile

        /// nil for a pool that the driver does not give.
        init?(_ prefix: String, from reader: borrowing KernelFileReader) {
            total = KernelFile(oneRead: prefix + "total")
            used = KernelFile(oneRead: prefix + "used")
            if !reader.exists(total.path) { return nil }
        }
    }

    private let own: Pool?
    private let visible: Pool?
    private let shared: Pool?
    /// Whether the GPU is a part of a processor, whose memory it uses.
    private let isIntegrated: Bool

    /// True where the driver gives no pool.
    var isEmpty: Bool { own == nil && visible == nil && shared == nil }

    init(_ device: Device, from reader: borrowing KernelFileReader) {
        let folder = device.folder + "/mem_info_"
        own = Pool(folder + "vram_", from: reader)
        visible = Pool(folder + "vis_vram_", from: reader)
        shared = Pool(folder + "gtt_", from: reader)
        isIntegrated = device.deviceID.map(DisplayChips.isPartOfAMDProcessor(device:)) ?? false
    }

    func read(
        from reader: inout KernelFileReader, labels: Labels, into writer: inout MetricWriter<GPUMetric>,
        figures: inout GPUFigures
    ) {
        let memory = AMDMemoryPart.figures(own, from: &reader, into: &writer)
        if let memory {
            if let total = memory.totalBytes { writer.write(.memoryTotal, labels, total) }
            AMDMemoryPart.write(memory, .memory, labels, into: &writer)
        }
        if let memory = AMDMemoryPart.figures(visible, from: &reader, into: &writer) {
            AMDMemoryPart.write(memory, .bar1, labels, into: &writer)
        }
        let host = AMDMemoryPart.figures(shared, from: &reader, into: &writer)
        if let host {
            if let total = host.totalBytes { writer.write(.sharedMemoryTotal, labels, total) }
            // What is not used of it is free for everybody, and not the GPU's.
            if let used = host.usedBytes { writer.write(.sharedMemory, labels, extra: ("state", "used"), used) }
        }
        if memory?.isNone != true { figures.memory = memory }
        if countsHost(memory, host) { figures.sharedMemory = host }
    }

    /// Whether the GPU has no memory of its own worth the name: none, or less than it may take of its processor's.
    private func countsHost(_ own: MemoryFigures?, _ host: MemoryFigures?) -> Bool {
        guard let own, let host, let hostBytes = host.totalBytes else { return false }
        if own.isNone { return true }
        guard isIntegrated, let ownBytes = own.totalBytes else { return false }
        return ownBytes < hostBytes
    }

    /// The figures of a pool; nil where there is no such pool.
    private static func figures(
        _ pool: Pool?, from reader: inout KernelFileReader, into writer: inout MetricWriter<GPUMetric>
    ) -> MemoryFigures? {
        guard let pool else { return nil }
        let total = reader.cardNumber(of: pool.total, or: &writer)
        let used = reader.cardNumber(of: pool.used, or: &writer)
        let memory = MemoryFigures(totalBytes: total, usedBytes: used)
        for _ in 0..<memory.lostFigures {
            writer.loseItem("\(pool.total.path): \(used ?? 0) bytes used of \(total ?? 0) cannot be")
        }
        return memory
    }

    private static func write(
        _ memory: MemoryFigures, _ metric: GPUMetric, _ labels: Labels, into writer: inout MetricWriter<GPUMetric>
    ) {
        if let used = memory.usedBytes { writer.write(metric, labels, extra: ("state", "used"), used) }
        if let free = memory.freeBytes { writer.write(metric, labels, extra: ("state", "free"), free) }
    }
}

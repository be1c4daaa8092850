// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Devices
import Exposition
import KernelFiles

/// What amdgpu and radeon say of a card.
///
/// Not read: gpu_metrics, which wakes sleeping Navi cards and makes them report peaks, and pcie_bw, which sleeps a
/// second in the kernel.
///
/// Source: kernel Documentation/gpu/amdgpu.
struct AMDCardModel: CardModel {
    func plan(
        for device: Device, from reader: inout KernelFileReader, or writer: inout MetricWriter<GPUMetric>
    ) -> CardPlan<GPUMetric> {
        let folder = device.folder + "/"
        var plan = CardPlan<GPUMetric>()
        let candidates: [CardAttribute<GPUMetric>] = [
            .init(folder + "gpu_busy_percent", .utilization, .percent, ("engine", "gpu")),
            .init(folder + "mem_busy_percent", .utilization, .percent, ("engine", "memory")),
            .init(folder + "vcn_busy_percent", .utilization, .percent, ("engine", "video")),
            .init(folder + "pcie_replay_count", .pcieReplays),
        ]
        plan.attributes = candidates.filter { reader.exists($0.file.path) }
        plan.attributes += GPUModel.pcieLink(device, from: reader)
        let hwmon = CardHwmon.attributes(of: device, from: &reader, or: &writer)
        plan.attributes += hwmon
        let memory = AMDMemoryPart(device, from: reader)
        plan.parts = memory.isEmpty ? [] : [memory]
        // Chips without clocks in hwmon show the current one here.
        for (file, domain) in [("pp_dpm_sclk", "graphics"), ("pp_dpm_mclk", "memory")]
        where reader.exists(folder + file) {
            let isMeasured = hwmon.contains { $0.metric == .clock && $0.labels.first?.value == domain }
            plan.parts.append(ClockLevelsPart(folder + file, domain: domain, withCurrent: !isMeasured))
        }
        if let errors = MemoryErrorsPart(folder + "ras", from: &reader, or: &writer) { plan.parts.append(errors) }
        return plan
    }

    func describe(_ device: Device, details: CardDetails, into writer: inout MetricWriter<GPUMetric>) {
        GPUModel.describe(device, details: details, into: &writer)
    }

    func labels(of device: Device, in writer: inout MetricWriter<GPUMetric>) -> Labels {
        GPUModel.labels(of: device, in: &writer)
    }
}

/// What all makes of GPUs have in common.
enum GPUModel {
    static func labels(of device: Device, in writer: inout MetricWriter<GPUMetric>) -> Labels {
        writer.labels { $0.add("gpu", device.gpuID ?? 0) }
    }

    static func describe(_ device: Device, details: CardDetails, into writer: inout MetricWriter<GPUMetric>) {
        let labels = writer.labels {
            $0.add("gpu", device.gpuID ?? 0)
            $0.add("uuid", device.uuid)
            $0.add("name", details.name.isEmpty ? device.model : details.name)
            $0.add("vendor", device.vendor)
            $0.add("device", device.id)
            $0.add("vbios", details.vbios)
            $0.add("serial", "")
            $0.add("driver_version", device.driverVersion)
        }
        writer.write(GPUMetric.info, labels, true)
    }

    /// The PCI core's own attributes of a link; integrated GPUs have none.
    static func pcieLink(_ device: Device, from reader: borrowing KernelFileReader) -> [CardAttribute<GPUMetric>] {
        let folder = device.folder + "/"
        guard reader.exists(folder + "current_link_speed") else { return [] }
        return [
            .init(folder + "current_link_speed", .pcieGeneration, form: .linkSpeed),
            .init(folder + "max_link_speed", .pcieGenerationMax, form: .linkSpeed),
            .init(folder + "current_link_width", .pcieWidth),
            .init(folder + "max_link_width", .pcieWidthMax),
        ]
    }
}

/// A table of clock levels: `1: 800Mhz *` a line, the star at the current one.
struct ClockLevelsPart: CardPart {
    private let file: KernelFile
    private let domain: String
    private let withCurrent: Bool

    init(_ path: String, domain: String, withCurrent: Bool) {
        file = KernelFile(oneRead: path)
        self.domain = domain
        self.withCurrent = withCurrent
    }

    func read(
        from reader: inout KernelFileReader, labels: Labels, into writer: inout MetricWriter<GPUMetric>,
        figures: inout GPUFigures
    ) {
        guard let text = reader.cardText(of: file, or: &writer) else { return }
        var highest: UInt64 = 0
        var current: UInt64?
        var lines = ByteScanner(text)
        while let line = lines.nextLine() {
            var fields = ByteScanner(line)
            // `S:` is the level of deep sleep.
            guard fields.skipFields(1), let level = fields.nextField(),
                let megahertz = level.upTo(level.count &- 3).unsigned,
                Quantity.clock.holds(Double(megahertz) * 1_000_000)
            else {
                writer.lose(.malformed(file.path, line))
                continue
            }
            highest = max(highest, megahertz)
            if fields.nextField() ?? Bytes("") == "*" { current = megahertz }
        }
        let domain = writer.labels(labels) { $0.add("domain", self.domain) }
        if highest > 0 { writer.write(GPUMetric.clock, domain, extra: ("kind", "max"), highest &* 1_000_000) }
        if withCurrent, let current {
            writer.write(GPUMetric.clock, domain, extra: ("kind", "current"), current &* 1_000_000)
        }
    }
}

/// Errors of all blocks that count them: `ue: 0` and `ce: 0` in a file each.
struct MemoryErrorsPart: CardPart {
    private let files: [KernelFile]

    /// nil for cards that count none.
    init?(_ folder: String, from reader: inout KernelFileReader, or writer: inout MetricWriter<GPUMetric>) {
        // Only cards with error correction have the folder.
        guard var names = reader.list(KernelDirectory(folder), or: &writer) else { return nil }
        var files: [String] = []
        while let name = names.next() {
            if name.hasSuffix("_err_count") { files.append(name.text) }
        }
        guard !files.isEmpty else { return nil }
        self.files = files.sorted().map { KernelFile(oneRead: folder + "/" + $0) }
    }

    func read(
        from reader: inout KernelFileReader, labels: Labels, into writer: inout MetricWriter<GPUMetric>,
        figures: inout GPUFigures
    ) {
        var uncorrected: UInt64 = 0
        var corrected: UInt64 = 0
        // The sum of some blocks would be too small, and a counter that goes back when the others come again.
        var isWhole = true
        var isAnyRead = false
        for file in files {
            let lostBefore = writer.itemsLost
            if let text = reader.cardText(of: file, or: &writer) {
                isAnyRead = true
                var known = 0
                var lines = ByteScanner(text)
                while let line = lines.nextLine() {
                    var fields = ByteScanner(line)
                    guard let name = fields.nextField(), let count = fields.nextUnsigned() else { continue }
                    if name == "ue:" {
                        uncorrected &+= count
                        known |= 1
                    } else if name == "ce:" {
                        corrected &+= count
                        known |= 2
                    }
                }
                if known != 3 { writer.lose(.malformed(file.path, text)) }
            }
            if writer.itemsLost != lostBefore { isWhole = false }
        }
        guard isWhole, isAnyRead else { return }
        let volatile = writer.labels(labels) { $0.add("window", "volatile") }
        writer.write(GPUMetric.eccErrors, volatile, extra: ("type", "corrected"), corrected)
        writer.write(GPUMetric.eccErrors, volatile, extra: ("type", "uncorrected"), uncorrected)
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Devices
import Exposition
import KernelFiles

/// What i915 and xe say of a GPU: the clocks of its graphics units and why they are held down, and its chip.
///
/// Source: kernel Documentation/ABI/testing/sysfs-driver-intel-i915-hwmon, -xe-hwmon; i915's gt/ and xe's tile
/// folders.
struct IntelCardModel: CardModel {
    func plan(
        for device: Device, from reader: inout KernelFileReader, or writer: inout MetricWriter<GPUMetric>
    ) -> CardPlan<GPUMetric> {
        var plan = CardPlan<GPUMetric>()
        let lostBefore = writer.itemsLost
        var units =
            device.driver == "xe"
            ? xeUnits(device, from: &reader, or: &writer) : i915Units(device, from: &reader, or: &writer)
        if units.isEmpty, writer.itemsLost == lostBefore, let card = device.card {
            // Kernels before 5.19 have one unit, in the card's own folder.
            let prefix = "\(device.folder)/drm/\(card)/gt_"
            units = [Unit(folder: prefix, act: "act_freq_mhz", max: "max_freq_mhz", throttle: nil)]
        }
        for (index, unit) in units.enumerated() {
            let domain = index == 0 ? "graphics" : "gt\(index)"
            let clocks: [CardAttribute<GPUMetric>] = [
                .init(unit.folder + unit.act, .clock, .megahertz, ("domain", domain), ("kind", "current")),
                .init(unit.folder + unit.max, .clock, .megahertz, ("domain", domain), ("kind", "max")),
            ]
            plan.attributes += clocks.filter { reader.exists($0.file.path) }
        }
        if let unit = units.first, let throttle = unit.throttle {
            plan.attributes += reasons(throttle.folder, throttle.prefix, from: &reader, or: &writer)
        }
        plan.attributes += GPUModel.pcieLink(device, from: reader)
        plan.attributes += CardHwmon.attributes(of: device, from: &reader, or: &writer)
        return plan
    }

    func describe(_ device: Device, details: CardDetails, into writer: inout MetricWriter<GPUMetric>) {
        GPUModel.describe(device, details: details, into: &writer)
    }

    func labels(of device: Device, in writer: inout MetricWriter<GPUMetric>) -> Labels {
        GPUModel.labels(of: device, in: &writer)
    }

    /// A graphics unit (GT): where its clocks are.
    private struct Unit {
        let folder: String
        let act: String
        let max: String
        let throttle: (folder: String, prefix: String)?
    }

    private func i915Units(
        _ device: Device, from reader: inout KernelFileReader, or writer: inout MetricWriter<GPUMetric>
    ) -> [Unit] {
        guard let card = device.card else { return [] }
        let folder = "\(device.folder)/drm/\(card)/gt"
        return folders(folder, "gt", from: &reader, or: &writer).map { name in
            let unit = "\(folder)/\(name)/"
            return Unit(
                folder: unit, act: "rps_act_freq_mhz", max: "rps_max_freq_mhz", throttle: (unit, "throttle_reason_"))
        }
    }

    private func xeUnits(
        _ device: Device, from reader: inout KernelFileReader, or writer: inout MetricWriter<GPUMetric>
    ) -> [Unit] {
        folders(device.folder, "tile", from: &reader, or: &writer).flatMap { tile in
            folders("\(device.folder)/\(tile)", "gt", from: &reader, or: &writer).map { unit in
                let folder = "\(device.folder)/\(tile)/\(unit)/freq0/"
                return Unit(
                    folder: folder, act: "act_freq", max: "max_freq", throttle: (folder + "throttle/", "reason_"))
            }
        }
    }

    /// The folders named by a prefix and a number, in the order of their numbers.
    private func folders(
        _ path: String, _ prefix: String, from reader: inout KernelFileReader,
        or writer: inout MetricWriter<GPUMetric>
    ) -> [String] {
        // Either driver has only its own layout.
        guard var names = reader.list(KernelDirectory(path), or: &writer) else { return [] }
        var found: [UInt64] = []
        while let name = names.next() {
            if name.upTo(prefix.utf8.count) == prefix, let number = name.from(prefix.utf8.count).unsigned {
                found.append(number)
            }
        }
        return found.sorted().map { "\(prefix)\($0)" }
    }

    private func reasons(
        _ folder: String, _ prefix: String, from reader: inout KernelFileReader,
        or writer: inout MetricWriter<GPUMetric>
    ) -> [CardAttribute<GPUMetric>] {
        // Only recent kernels say why clocks are held down.
        guard var names = reader.list(KernelDirectory(folder), or: &writer) else { return [] }
        var found: [String] = []
        while let name = names.next() {
            if name.upTo(prefix.utf8.count) == prefix { found.append(name.from(prefix.utf8.count).text) }
        }
        // The status is true where any of the others is.
        return found.filter { $0 != "status" }.sorted().map {
            .init(folder + prefix + $0, .clockEventActive, .flag, ("reason", $0))
        }
    }
}

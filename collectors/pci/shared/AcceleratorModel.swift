// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Devices
import Exposition
import KernelFiles

/// What the drivers of accelerators say in sysfs.
struct AcceleratorModel: CardModel {
    func plan(
        for device: Device, from reader: inout KernelFileReader, or writer: inout MetricWriter<AcceleratorMetric>
    ) -> CardPlan<AcceleratorMetric> {
        guard let node = device.accelerator else { return CardPlan() }
        let folder = node.attributes + "/"
        var plan = CardPlan<AcceleratorMetric>()
        let candidates: [CardAttribute<AcceleratorMetric>] = [
            // habanalabs
            .init(folder + "clk_cur_freq_mhz", .clock, .megahertz, ("kind", "current")),
            .init(folder + "clk_max_freq_mhz", .clock, .megahertz, ("kind", "max")),
            .init(folder + "max_power", .powerLimit, .milli),
            // ivpu
            .init(folder + "npu_current_frequency_mhz", .clock, .megahertz, ("kind", "current")),
            .init(folder + "npu_max_frequency_mhz", .clock, .megahertz, ("kind", "max")),
            .init(folder + "npu_busy_time_us", .busy, .exactMicro),
            .init(folder + "npu_memory_utilization", .memoryUsed),
            // uacce
            .init(folder + "available_instances", .instancesAvailable),
            .init(folder + "isolate", .isolated, .flag),
        ]
        plan.attributes = candidates.filter { reader.exists($0.file.path) }
        if reader.exists(folder + "status") { plan.parts.append(StatusPart(folder + "status")) }
        return plan
    }

    func describe(_ device: Device, details: CardDetails, into writer: inout MetricWriter<AcceleratorMetric>) {
        let labels = writer.labels {
            $0.add("device", device.id)
            $0.add("kind", device.kind.rawValue)
            $0.add("vendor", device.vendor)
            $0.add("driver", device.driver)
            $0.add("interface", device.accelerator?.interface.rawValue ?? "")
            $0.add("node", device.accelerator?.name ?? "")
        }
        writer.write(AcceleratorMetric.info, labels, true)
    }

    func labels(of device: Device, in writer: inout MetricWriter<AcceleratorMetric>) -> Labels {
        writer.labels("device", device.id)
    }
}

/// The status word of an accelerator.
struct StatusPart: CardPart {
    private let file: KernelFile

    init(_ path: String) {
        file = KernelFile(oneRead: path)
    }

    func read(
        from reader: inout KernelFileReader, labels: Labels, into writer: inout MetricWriter<AcceleratorMetric>,
        figures: inout GPUFigures
    ) {
        guard let text = reader.cardText(of: file, or: &writer) else { return }
        if text.isEmpty {
            writer.lose(.empty(path: file.path))
            return
        }
        writer.write(AcceleratorMetric.status, writer.labels(labels) { $0.add("status", text.upTo(64)) }, true)
    }
}

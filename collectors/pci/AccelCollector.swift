// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Devices
import Exposition
import KernelFiles

/// TPUs, NPUs and other accelerators: what sysfs gives beyond their presence, which the collector devices reports.
///
/// Source: /sys/class/accel, /sys/class/habanalabs, /sys/class/uacce, /sys/devices/virtual/neuron_device.
struct AccelCollector: Collector {
    typealias Metric = AcceleratorMetric

    static let descriptor = CollectorDescriptor(
        name: "accel", group: .pci,
        help: "Accelerators that the kernel presents as such: status, clocks, busy time, free instances.",
        reads: [
            "/sys/class/accel/*/device", "/sys/class/habanalabs/*/device", "/sys/class/uacce",
            "/sys/devices/virtual/neuron_device",
        ],
        sources: [DeviceInventory.self, CardSource.self])

    private let inventory: DeviceInventory
    private let cards: CardSource

    init(context: CollectorContext) throws(ConfigurationError) {
        inventory = try context.source(DeviceInventory.self)
        cards = try context.source(CardSource.self)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        let snapshot = try inventory.snapshot()
        let accelerators = cards.accelerators
        for card in accelerators {
            let isRead: Void? = card.item.look(in: reader.scrape) { writer.merge($0.writer) }
            if isRead == nil { writer.loseItem("\(card.id) has not answered") }
        }
        var hasAny = false
        for device in snapshot.devices where device.kind != .cpu && device.kind != .gpu {
            hasAny = true
            // Those that no class lists are no cards, and shown all the same: what drives a TPU is its own library.
            if device.accelerator == nil, device.state != .missing {
                AcceleratorModel().describe(device, details: CardDetails(), into: &writer)
            }
        }
        return hasAny || !accelerators.isEmpty ? .available : .noDevice("no accelerator on this host")
    }
}

/// The families of the collector `accel`.
enum AcceleratorMetric: Int, FamilyKey {
    case info, status, clock, powerLimit, busy, memoryUsed, instancesAvailable, isolated

    var family: MetricFamily {
        switch self {
        case .info:
            .gauge(
                "host_accelerator_info", ["device", "kind", "vendor", "driver", "interface", "node"],
                "How the kernel presents an accelerator: its class and its name there; always 1.")
        case .status:
            .gauge(
                "host_accelerator_status", ["device", "status"],
                "1 for the status that the driver of an accelerator gives for it.")
        case .clock:
            .gauge("host_accelerator_clock_hertz", ["device", "kind"], "Clock of an accelerator, in hertz.")
        case .powerLimit:
            .gauge(
                "host_accelerator_power_limit_watts", ["device"], "Power that an accelerator may draw, in watts.")
        case .busy:
            .counter(
                "host_accelerator_busy_seconds_total", ["device"],
                "Time for which an accelerator has worked on jobs, in seconds.")
        case .memoryUsed:
            .gauge(
                "host_accelerator_memory_used_bytes", ["device"],
                "Memory that is in use for an accelerator's jobs, in bytes.")
        case .instancesAvailable:
            .gauge(
                "host_accelerator_instances_available", ["device"],
                "Further users that an accelerator can take at once.")
        case .isolated:
            .gauge(
                "host_accelerator_isolated", ["device"],
                "1 for an accelerator that is kept from use after errors of its hardware.")
        }
    }
}

/// What the drivers of accelerators say in sysfs.
struct AcceleratorModel: CardModel {
    func plan(for device: Device, from reader: inout KernelFileReader) -> CardPlan<AcceleratorMetric> {
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

/// A word for how an accelerator fares.
struct StatusPart: CardPart {
    private let file: KernelFile

    init(_ path: String) {
        file = KernelFile(oneRead: path)
    }

    func read(
        from reader: inout KernelFileReader, labels: Labels, into writer: inout MetricWriter<AcceleratorMetric>,
        figures: inout GPUFigures
    ) {
        guard let text = reader.cardText(of: file, or: &writer), !text.isEmpty else { return }
        writer.write(AcceleratorMetric.status, writer.labels(labels) { $0.add("status", text.upTo(64)) }, true)
    }
}

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
        for problem in snapshot.acceleratorProblems { writer.loseItem(problem) }
        let accelerators = cards.accelerators
        for card in accelerators {
            let isRead: Void? = card.item.withResult(of: reader.scrape) { writer.merge($0.writer) }
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

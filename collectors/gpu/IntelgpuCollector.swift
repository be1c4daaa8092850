// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Devices
import Exposition
import KernelFiles

/// Intel's GPUs.
///
/// Source: the sysfs attributes and the hwmon chip of i915 and xe.
struct IntelgpuCollector: Collector {
    typealias Metric = GPUMetric

    static let descriptor = CollectorDescriptor(
        name: "intelgpu", group: .gpu,
        help: "Intel's GPUs: clocks and why they are held down, temperatures, power, energy, link. "
            + "A sleeping card is left asleep.",
        reads: [
            "/sys/bus/pci/devices/*/drm/card*/gt/gt*", "/sys/bus/pci/devices/*/tile*/gt*/freq0",
            "/sys/bus/pci/devices/*/hwmon",
        ],
        sources: [DeviceInventory.self, CardSource.self])

    private var gpus: CardGPUs

    init(context: CollectorContext) throws(ConfigurationError) {
        gpus = try CardGPUs(context, vendor: "intel", missing: "no Intel GPU with its driver on the PCI bus")
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        try gpus.collect(from: &reader, into: &writer)
    }
}

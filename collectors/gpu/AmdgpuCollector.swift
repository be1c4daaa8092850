// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Devices
import Exposition
import KernelFiles

/// AMD's GPUs.
///
/// Source: the sysfs attributes and the hwmon chip of amdgpu and radeon.
struct AmdgpuCollector: Collector {
    typealias Metric = GPUMetric

    static let descriptor = CollectorDescriptor(
        name: "amdgpu", group: .gpu,
        help: "AMD's GPUs: use, memory, temperatures, power, clocks, link, errors. A sleeping card is left asleep.",
        reads: [
            "/sys/bus/pci/devices/*/{gpu,mem,vcn}_busy_percent", "/sys/bus/pci/devices/*/mem_info_*",
            "/sys/bus/pci/devices/*/pp_dpm_{sclk,mclk}", "/sys/bus/pci/devices/*/ras/*_err_count",
            "/sys/bus/pci/devices/*/hwmon",
        ],
        sources: [DeviceInventory.self, CardSource.self])

    private var gpus: CardGPUs

    init(context: CollectorContext) throws(ConfigurationError) {
        gpus = try CardGPUs(context, vendor: "amd", missing: "no AMD GPU with its driver on the PCI bus")
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        try gpus.collect(from: &reader, into: &writer)
    }
}

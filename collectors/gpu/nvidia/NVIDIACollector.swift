// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Devices
import Exposition
import KernelFiles
import NVML

/// Everything that NVIDIA's library reports about its GPUs, in base units.
struct NVIDIACollector: Collector {
    typealias Metric = GPUMetric

    static let serial = Flag.toggle("collector.nvidia.serial", help: "Show the boards' serial numbers.")
    static let dcgmNames = Flag.toggle(
        "collector.nvidia.dcgm-names", help: "Add the DCGM_FI_DEV_* names of dcgm-exporter, for dashboards made for it."
    )

    static let descriptor = CollectorDescriptor(
        name: "nvidia", group: .gpu,
        help: "NVIDIA's GPUs: use, memory, temperatures, power, clocks, errors, links.",
        reads: [
            "libnvidia-ml.so.1 (loaded where a GPU is bound to the nvidia driver, or its node is in /dev)",
            "/sys/module/nvidia/version",
        ],
        sources: [DeviceInventory.self, NVIDIASource.self],
        flags: NVIDIAOptions.flags + [
            serial,
            dcgmNames,
        ],
        openFamilies: DCGMNames.families)

    private let source: NVIDIASource
    private let inventory: DeviceInventory
    private let hasSerial: Bool
    private var dcgm: DCGMNames?

    init(context: CollectorContext) throws(ConfigurationError) {
        inventory = try context.source(DeviceInventory.self)
        source = try context.source(NVIDIASource.self)
        hasSerial = context.options[Self.serial]
        if context.options[Self.dcgmNames] { dcgm = DCGMNames() }
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        let scrape = reader.scrape
        source.report(in: scrape)
        let snapshot = try inventory.snapshot()
        var hasGPU = false
        var isBound = false
        for device in snapshot.devices where device.kind == .gpu && device.vendor == "nvidia" {
            hasGPU = true
            if device.driver == "nvidia" || device.driver.isEmpty && device.state == .available { isBound = true }
        }
        guard hasGPU || source.isWatching else {
            return .noDevice(snapshot.busAbsence ?? "no NVIDIA GPU on the PCI bus")
        }
        if source.isReleased { return .noDevice("every /dev/nvidia* is let go of for now, as asked") }
        guard isBound || source.isWatching else { return .noDevice("no GPU is bound to the nvidia driver") }
        guard let library = source.libraryReport else { throw .busy("libnvidia-ml") }
        if let absence = try absence(library, in: scrape) { return .absent(absence) }
        var stuckCount = 0
        var count = 0
        source.forEach { device in
            count += 1
            write(device, driverVersion: library.driverVersion ?? "", in: scrape, into: &writer)
        } stuck: { name in
            stuckCount += 1
            writer.loseItem("\(name): a call has not come back")
        }
        if stuckCount > 0, count == 0 { throw .busy("every GPU of libnvidia-ml") }
        if source.options.hasXid { writeXids(into: &writer) }
        return .available
    }

    private func write(_ device: NVIDIADevice, driverVersion: String, in scrape: UInt64, into writer: inout Writer) {
        guard let number = device.gpuID else {
            if let failure = device.failure { writer.loseItem("\(device.name): \(failure)") }
            return
        }
        let gpu = writer.labels { $0.add("gpu", number) }
        if let identity = device.identity {
            writeInfo(identity, device, driverVersion: driverVersion, gpu, into: &writer)
        }
        if let failure = device.failure { writer.loseItem("GPU \(number) (\(device.name)): \(failure)") }
        guard device.hasValues(in: scrape) else { return }
        GPUValues(device: device, gpu: gpu).write(into: &writer)
        if device.reading.cost.lostValues > 0 {
            writer.loseItem("GPU \(number): \(device.reading.cost.lastFailure?.description ?? "values are lost")")
        }
        for _ in 0..<device.impossibleCount { writer.loseItem("GPU \(number): a figure that cannot be") }
        dcgm?.write(device, number, lastXid: source.lastXid(of: device), into: &writer)
    }

    /// Why there is nothing at all; nil where there is something.
    private func absence(_ library: NVIDIALibraryReport, in scrape: UInt64) throws(CollectorError) -> Absence? {
        let reason = library.failure?.description ?? ""
        switch library.state {
        case .missing: return Absence(.libraryMissing, reason)
        case .noPermission: return Absence(.noPermission, reason)
        case .versionMismatch:
            throw .other("library and kernel module are of different versions (\(reason))")
        case .driverNotLoaded: throw .other("the driver does not answer (\(reason))")
        case .working, .stuck, nil: break
        }
        var hasDevice = false
        var hasValues = false
        source.forEach { device in
            hasDevice = true
            if device.hasValues(in: scrape) { hasValues = true }
        } stuck: { _ in
            hasDevice = true
        }
        if let failure = library.failure, !hasValues { throw .other("the library does not work (\(failure))") }
        return hasDevice ? nil : Absence(.noDevice, "libnvidia-ml lists no GPU")
    }

    private func writeInfo(
        _ identity: GPUIdentity, _ device: NVIDIADevice, driverVersion: String, _ gpu: Labels,
        into writer: inout Writer
    ) {
        let serial = hasSerial ? identity.serial ?? "" : ""
        let labels = writer.labels(gpu) {
            $0.add("uuid", identity.uuid ?? "")
            $0.add("name", identity.name ?? "")
            $0.add("vendor", "nvidia" as StaticString)
            $0.add("device", device.id ?? "")
            $0.add("vbios", identity.vbiosVersion ?? "")
            $0.add("serial", serial)
            $0.add("driver_version", driverVersion)
        }
        writer.write(GPUMetric.info, labels, 1)
        if let version = identity.gspFirmwareVersion, identity.gspFirmwareEnabled != false {
            writer.write(GPUMetric.gspFirmwareInfo, writer.labels(gpu) { $0.add("version", version) }, 1)
        }
    }

    private func writeXids(into writer: inout Writer) {
        for entry in source.xidCounts {
            guard let number = inventory.gpuID(of: entry.device), let xid = Int(exactly: entry.xid) else { continue }
            let labels = writer.labels {
                $0.add("gpu", number)
                $0.add("xid", xid)
            }
            writer.write(GPUMetric.xidErrors, labels, entry.count)
            writer.write(
                GPUMetric.xidLast, labels, SampleValue.decimal(entry.lastMilliseconds, scale: 3))
        }
    }
}

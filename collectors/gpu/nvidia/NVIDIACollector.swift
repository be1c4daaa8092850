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
        reads: ["libnvidia-ml.so.1 (loaded where the PCI bus has a GPU of NVIDIA's)", "/sys/module/nvidia/version"],
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
        source.reportIfStuck()
        let snapshot = try inventory.snapshot()
        var hasGPU = false
        var isBound = false
        for device in snapshot.devices where device.kind == .gpu && device.vendor == "nvidia" {
            hasGPU = true
            if device.driver == "nvidia" || device.driver.isEmpty && device.state == .available { isBound = true }
        }
        guard hasGPU || source.isNeeded else {
            return .noDevice(snapshot.busAbsence ?? "no NVIDIA GPU on the PCI bus")
        }
        if source.isReleased { return .noDevice("every /dev/nvidia* is let go of for now, as asked") }
        guard isBound || source.isNeeded else { return .noDevice("no GPU is bound to the nvidia driver") }
        let scrape = reader.scrape
        let answer = try source.withResult(of: scrape) { (view) throws(CollectorError) in
            try write(view, into: &writer)
        }
        if let answer { return answer }
        // A GPU that came with this scrape is asked in the next one.
        guard source.isRunning else { return .available }
        throw .busy("libnvidia-ml")
    }

    private mutating func write(
        _ view: borrowing NVIDIAView, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        if let absence = try NVIDIACollector.absence(view) { return .absent(absence) }
        let version = view.driverVersion ?? ""
        for device in view.devices {
            guard let number = device.gpuID else {
                if let failure = device.failure { writer.loseItem("\(device.addressText): \(failure)") }
                continue
            }
            let gpu = writer.labels { $0.add("gpu", number) }
            if let identity = device.identity {
                writeInfo(identity, device, driverVersion: version, gpu, into: &writer)
            }
            if let failure = device.failure { writer.loseItem("GPU \(number) (\(device.addressText)): \(failure)") }
            guard device.hasValues else { continue }
            GPUValues(device: device, gpu: gpu).write(into: &writer)
            if device.reading.cost.lostValues > 0 {
                writer.loseItem("GPU \(number): \(device.reading.cost.lastFailure?.description ?? "values are lost")")
            }
        }
        if source.options.hasXid { writeXids(view, into: &writer) }
        if dcgm != nil { dcgm?.write(view, into: &writer) }
        return .available
    }

    /// Why there is nothing at all; nil where there is something.
    private static func absence(_ view: borrowing NVIDIAView) throws(CollectorError) -> Absence? {
        let reason = view.failure?.description ?? ""
        switch view.library {
        case .missing: return Absence(.libraryMissing, reason)
        case .noPermission: return Absence(.noPermission, reason)
        case .versionMismatch:
            throw .other("library and kernel module are of different versions (\(reason))")
        case .driverNotLoaded: throw .other("the driver does not answer (\(reason))")
        case .working, .stuck, nil: break
        }
        if let failure = view.failure, view.devices.allSatisfy({ !$0.hasValues }) {
            throw .other("the library does not work (\(failure))")
        }
        return nil
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
            $0.add("device", device.addressText)
            $0.add("vbios", identity.vbiosVersion ?? "")
            $0.add("serial", serial)
            $0.add("driver_version", driverVersion)
        }
        writer.write(GPUMetric.info, labels, 1)
        if let version = identity.gspFirmwareVersion, identity.gspFirmwareEnabled != false {
            writer.write(GPUMetric.gspFirmwareInfo, writer.labels(gpu) { $0.add("version", version) }, 1)
        }
    }

    private func writeXids(_ view: borrowing NVIDIAView, into writer: inout Writer) {
        for entry in view.xids().counts {
            guard let number = inventory.gpuID(of: entry.address), let xid = Int(exactly: entry.xid) else { continue }
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

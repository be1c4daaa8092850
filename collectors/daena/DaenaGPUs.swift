// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Devices
import Exposition
import KernelFiles
import NVML

/// The part of Daena's metrics that tells of GPUs and TPUs.
struct DaenaGPUs {
    private let inventory: DeviceInventory
    private let nvidia: NVIDIASource
    private let cards: CardSource

    init(_ context: CollectorContext) throws(ConfigurationError) {
        inventory = try DeviceInventory.shared(context)
        nvidia = try NVIDIASource.shared(context)
        cards = try CardSource.shared(context)
    }

    /// Writes whether there are usable devices, and the figures of each GPU that answered in this scrape.
    func collect(from reader: inout KernelFileReader, into writer: inout MetricWriter<DaenaMetric>) {
        nvidia.settle()
        do throws(CollectorError) {
            let snapshot = try inventory.snapshot(from: &reader)
            if let isUsable = snapshot.availability(of: .gpu) {
                writer.write(DaenaMetric.deviceAvailable, .none, extra: ("device_type", "gpu"), isUsable)
            }
            if let isUsable = snapshot.availability(of: .tpu) {
                writer.write(DaenaMetric.deviceAvailable, .none, extra: ("device_type", "tpu"), isUsable)
            }
            _ = try nvidia.look(in: reader.scrape) { (view) throws(CollectorError) in
                for device in view.devices where device.hasValues { write(device, into: &writer) }
            }
        } catch {
            writer.loseItem(error.description)
        }
        write("amd", in: reader.scrape, into: &writer)
        write("intel", in: reader.scrape, into: &writer)
    }

    private func write(_ device: NVIDIADevice, into writer: inout MetricWriter<DaenaMetric>) {
        guard let number = device.gpuID else { return }
        let gpu = writer.labels { $0.add("gpu_id", number) }
        let reading = device.reading
        if let percent = reading.utilization.gpuPercent { writer.write(DaenaMetric.gpuUsage, gpu, percent) }
        if let celsius = reading.temperatures.gpuCelsius {
            writer.write(DaenaMetric.gpuTemperature, gpu, Int64(celsius))
        }
        if let memory = reading.memory {
            writer.write(DaenaMetric.gpuMemory, gpu, memory.usedBytes)
            writer.write(DaenaMetric.gpuMemoryTotal, gpu, memory.totalBytes)
        }
    }

    private func write(_ vendor: String, in scrape: UInt64, into writer: inout MetricWriter<DaenaMetric>) {
        for card in cards.gpus(vendor: vendor) {
            guard let number = card.device.gpuID, card.state.beginLooking(in: scrape) else { continue }
            defer { card.state.endLooking() }
            let gpu = writer.labels { $0.add("gpu_id", number) }
            if let percent = card.figures.usagePercent { writer.write(DaenaMetric.gpuUsage, gpu, percent) }
            if let celsius = card.figures.temperatureCelsius {
                writer.write(DaenaMetric.gpuTemperature, gpu, celsius)
            }
            if let bytes = card.figures.memoryUsedBytes { writer.write(DaenaMetric.gpuMemory, gpu, bytes) }
            if let bytes = card.figures.memoryTotalBytes { writer.write(DaenaMetric.gpuMemoryTotal, gpu, bytes) }
        }
    }
}

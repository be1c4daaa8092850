// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Devices
import Exposition
import KernelFiles
import NVML

/// The part of Daena's metrics about GPUs and TPUs.
struct DaenaGPUs {
    private let inventory: DeviceInventory
    private let nvidia: NVIDIASource
    private let cards: CardSource

    init(_ context: CollectorContext) throws(ConfigurationError) {
        inventory = try context.source(DeviceInventory.self)
        nvidia = try context.source(NVIDIASource.self)
        cards = try context.source(CardSource.self)
    }

    /// Writes whether there are usable devices, and the figures of each GPU that answered in this scrape.
    func collect(from reader: inout KernelFileReader, into writer: inout MetricWriter<DaenaMetric>) {
        nvidia.report(in: reader.scrape)
        do throws(CollectorError) {
            let snapshot = try inventory.snapshot()
            if let isUsable = snapshot.availability(of: .gpu) {
                writer.write(DaenaMetric.deviceAvailable, .none, extra: ("device_type", "gpu"), isUsable)
            }
            if let isUsable = snapshot.availability(of: .tpu) {
                writer.write(DaenaMetric.deviceAvailable, .none, extra: ("device_type", "tpu"), isUsable)
            }
        } catch {
            writer.lose(error)
        }
        let scrape = reader.scrape
        nvidia.forEach { device in if device.hasValues(in: scrape) { write(device, into: &writer) } }
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
            guard let number = card.identity.device.gpuID,
                let figures = card.item.withResult(of: scrape, { $0.figures })
            else { continue }
            let gpu = writer.labels { $0.add("gpu_id", number) }
            if let percent = figures.usagePercent { writer.write(.gpuUsage, gpu, percent) }
            if let celsius = figures.temperatureCelsius { writer.write(.gpuTemperature, gpu, celsius) }
            if let bytes = figures.memoryUsedBytes { writer.write(.gpuMemory, gpu, bytes) }
            if let bytes = figures.memoryTotalBytes { writer.write(.gpuMemoryTotal, gpu, bytes) }
        }
    }
}

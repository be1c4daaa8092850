// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition

/// What Daena's dashboards ask of a GPU; nil where the hardware does not say.
struct GPUFigures {
    /// Busy share of the GPU, 0 to 100.
    var usagePercent: SampleValue?
    /// Temperature of the chip in Celsius.
    var temperatureCelsius: SampleValue?
    /// Its own memory.
    var memory: MemoryFigures?
    /// The host's memory that it uses or may use; nil where that is not its memory in truth.
    var sharedMemory: MemoryFigures?

    /// Bytes of its memory that are used: of its own, and of the host's where that is what it computes with.
    var memoryUsedBytes: UInt64? { GPUFigures.sum(memory, sharedMemory, \.usedBytes) }

    /// Bytes of its memory, likewise.
    var memoryTotalBytes: UInt64? { GPUFigures.sum(memory, sharedMemory, \.totalBytes) }

    /// Takes over a sample where it is one of them; the first of each counts.
    mutating func note(_ metric: some FamilyKey, _ label: String?, _ value: SampleValue) {
        guard let metric = metric as? GPUMetric else { return }
        switch (metric, label) {
        case (.utilization, "gpu"?) where usagePercent == nil:
            if case .decimal(let percent, scale: 2) = value { usagePercent = .unsigned(percent) }
        case (.temperature, "gpu"?): temperatureCelsius = value
        case (.temperature, "junction"?) where temperatureCelsius == nil: temperatureCelsius = value
        default: break
        }
    }

    /// A part of a sum that is not known leaves the sum unknown.
    private static func sum(
        _ own: MemoryFigures?, _ shared: MemoryFigures?, _ figure: (MemoryFigures) -> UInt64?
    ) -> UInt64? {
        guard let shared else { return own.flatMap(figure) }
        guard let own else { return figure(shared) }
        guard let first = figure(own), let second = figure(shared) else { return nil }
        return first &+ second
    }
}

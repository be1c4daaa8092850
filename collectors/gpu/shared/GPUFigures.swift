// SPDX-License-Identifier: Apache-2.0

import Exposition

/// What Daena's dashboards ask of a GPU; nil where the hardware does not say.
struct GPUFigures {
    /// Busy share of the GPU, 0 to 100.
    var usagePercent: SampleValue?
    /// Temperature of the chip in Celsius.
    var temperatureCelsius: SampleValue?
    /// Bytes of its own memory that are used.
    var memoryUsedBytes: UInt64?
    /// Bytes of its own memory.
    var memoryTotalBytes: UInt64?

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
}

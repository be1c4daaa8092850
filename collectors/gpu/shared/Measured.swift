// SPDX-License-Identifier: Apache-2.0

import CollectorKit

/// Families whose values are of a physical quantity, and so have a range.
protocol Measured {
    /// What is measured; nil for what is no measurement.
    var quantity: Quantity? { get }
}

extension GPUMetric: Measured {
    var quantity: Quantity? {
        switch self {
        case .utilization, .fanSpeed, .migUtilization: .share
        case .temperature, .temperatureLimit: .chipTemperature
        case .fanRPM: .fanSpeed
        case .power, .powerLimit: .cardPower
        case .energy: .energy
        case .clock: .clock
        case .pcieWidth, .pcieWidthMax: .lanes
        case .memoryTotal, .sharedMemoryTotal: .memory
        default: nil
        }
    }
}

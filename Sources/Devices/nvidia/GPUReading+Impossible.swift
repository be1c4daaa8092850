// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import NVML

extension GPUReading {
    /// Drops the figures that no device can have, and says how many those were.
    ///
    /// The library's own blanks are none of them: they are absent already.
    mutating func dropImpossible() -> Int {
        var count = 0
        GPUReading.drop(&temperatures.gpuCelsius, &count)
        GPUReading.drop(&temperatures.memoryCelsius, &count)
        GPUReading.drop(&temperatures.limits.shutdownCelsius, &count)
        GPUReading.drop(&temperatures.limits.slowdownCelsius, &count)
        GPUReading.drop(&temperatures.limits.memoryMaxCelsius, &count)
        GPUReading.drop(&temperatures.limits.gpuMaxCelsius, &count)
        for fan in fans.indices { GPUReading.drop(&fans[fan].rpm, .fanSpeed, 1, &count) }
        power.dropImpossible(&count)
        clocks.dropImpossible(&count)
        clocksMax.dropImpossible(&count)
        clocksApplication.dropImpossible(&count)
        GPUReading.drop(&pcie.width, .lanes, 1, &count)
        GPUReading.drop(&pcie.widthMax, .lanes, 1, &count)
        if let total = memory?.totalBytes, !Quantity.memory.holds(Double(total)) {
            memory = nil
            count += 1
        }
        return count
    }

    private static func drop(_ celsius: inout Int32?, _ count: inout Int) {
        guard let value = celsius, !Quantity.chipTemperature.holds(Double(value)) else { return }
        celsius = nil
        count += 1
    }

    fileprivate static func drop(
        _ value: inout UInt32?, _ quantity: Quantity, _ scale: Double, _ count: inout Int
    ) {
        guard let number = value, !quantity.holds(Double(number) * scale) else { return }
        value = nil
        count += 1
    }
}

extension GPUPower {
    fileprivate mutating func dropImpossible(_ count: inout Int) {
        GPUReading.drop(&usageMilliwatts, .cardPower, 0.001, &count)
        GPUReading.drop(&averageMilliwatts, .cardPower, 0.001, &count)
        GPUReading.drop(&instantMilliwatts, .cardPower, 0.001, &count)
        GPUReading.drop(&limitEnforcedMilliwatts, .cardPower, 0.001, &count)
        GPUReading.drop(&limitManagementMilliwatts, .cardPower, 0.001, &count)
        GPUReading.drop(&limitDefaultMilliwatts, .cardPower, 0.001, &count)
        GPUReading.drop(&limitMinMilliwatts, .cardPower, 0.001, &count)
        GPUReading.drop(&limitMaxMilliwatts, .cardPower, 0.001, &count)
    }
}

extension GPUClocks {
    fileprivate mutating func dropImpossible(_ count: inout Int) {
        GPUReading.drop(&graphicsMegahertz, .clock, 1_000_000, &count)
        GPUReading.drop(&smMegahertz, .clock, 1_000_000, &count)
        GPUReading.drop(&memoryMegahertz, .clock, 1_000_000, &count)
        GPUReading.drop(&videoMegahertz, .clock, 1_000_000, &count)
    }
}

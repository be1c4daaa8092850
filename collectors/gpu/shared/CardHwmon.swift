// SPDX-License-Identifier: Apache-2.0

import Exposition
import KernelFiles

/// The hardware monitoring chip of a GPU, as attributes of `host_gpu_*`.
///
/// Source: kernel Documentation/hwmon/sysfs-interface.rst, Documentation/gpu/amdgpu/thermal.rst.
enum CardHwmon {
    /// The attributes of a card's chip; none where it has no chip.
    static func attributes(
        of deviceFolder: String, from reader: inout KernelFileReader
    ) -> [CardAttribute<GPUMetric>] {
        // Integrated GPUs have no chip.
        guard var chips = try? reader.list(KernelDirectory(deviceFolder + "/hwmon")), let chip = chips.next() else {
            return []
        }
        let folder = deviceFolder + "/hwmon/" + chip.text
        guard var names = try? reader.list(KernelDirectory(folder)) else { return [] }
        var files: [String] = []
        while let name = names.next() { files.append(name.text) }
        return files.sorted().flatMap { attributes(folder, $0, from: &reader) }
    }

    private static func attributes(
        _ folder: String, _ file: String, from reader: inout KernelFileReader
    ) -> [CardAttribute<GPUMetric>] {
        let path = folder + "/" + file
        let feature = String(file.prefix { $0 != "_" })
        let kind = feature.prefix { $0.isLetter }
        guard let number = Int(feature.dropFirst(kind.count)) else { return [] }
        let attribute = file.dropFirst(feature.count).dropFirst()
        switch (kind, attribute) {
        case ("temp", "input"):
            return [.init(path, .temperature, .milli, ("sensor", sensor(folder, feature, number, from: &reader)))]
        case ("temp", "crit"):
            let name = sensor(folder, feature, number, from: &reader)
            return [.init(path, .temperatureLimit, .milli, ("limit", name + "_critical"))]
        case ("temp", "emergency"):
            let name = sensor(folder, feature, number, from: &reader)
            return [.init(path, .temperatureLimit, .milli, ("limit", name + "_emergency"))]
        case ("fan", "input"): return [.init(path, .fanRPM, .one, ("fan", String(max(0, number &- 1))))]
        case ("pwm", ""): return [.init(path, .fanSpeed, .dividedBy(255), ("fan", String(max(0, number &- 1))))]
        case ("freq", "input"):
            let domain = clockDomain(label(folder, feature, from: &reader), number)
            return [.init(path, .clock, .one, ("domain", domain), ("kind", "current"))]
        // Further channels are parts of the card: their power is in the first one's.
        case ("power", _) where number == 1: return power(path, attribute)
        case ("energy", "input") where number == 1: return [.init(path, .energy, .exactMicro)]
        default: return []
        }
    }

    private static func power(_ path: String, _ attribute: Substring) -> [CardAttribute<GPUMetric>] {
        switch attribute {
        case "average": [.init(path, .power, .exactMicro, ("window", "average"))]
        case "input": [.init(path, .power, .exactMicro, ("window", "instant"))]
        // Intel's drivers say 0 for a limit that is switched off.
        case "max": [.init(path, .powerLimit, .exactMicro, form: .limit, ("limit", "enforced"))]
        case "cap": [.init(path, .powerLimit, .exactMicro, ("limit", "enforced"))]
        case "cap_default", "rated_max": [.init(path, .powerLimit, .exactMicro, ("limit", "default"))]
        case "cap_max": [.init(path, .powerLimit, .exactMicro, ("limit", "max"))]
        case "cap_min": [.init(path, .powerLimit, .exactMicro, ("limit", "min"))]
        case "crit": [.init(path, .powerLimit, .exactMicro, form: .limit, ("limit", "critical"))]
        default: []
        }
    }

    /// The names that NVIDIA's sensors have, where they mean the same.
    private static func sensor(
        _ folder: String, _ feature: String, _ number: Int, from reader: inout KernelFileReader
    ) -> String {
        switch label(folder, feature, from: &reader) {
        case "edge", "pkg": "gpu"
        case "mem", "vram": "memory"
        case "": number == 1 ? "gpu" : feature
        case let other: other
        }
    }

    private static func clockDomain(_ label: String, _ number: Int) -> String {
        switch (label, number) {
        case ("sclk", _), ("", 1): "graphics"
        case ("mclk", _), ("", 2): "memory"
        case ("", _): "freq\(number)"
        default: label
        }
    }

    private static func label(_ folder: String, _ feature: String, from reader: inout KernelFileReader) -> String {
        // Old kernels give no labels.
        guard let bytes = try? reader.contents(ofPath: "\(folder)/\(feature)_label") else { return "" }
        return bytes.trimmed.upTo(32).text
    }
}

// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Devices
import Exposition
import KernelFiles

/// The hardware monitoring chip of a GPU, as attributes of `host_gpu_*`.
///
/// Source: kernel Documentation/hwmon/sysfs-interface.rst, Documentation/gpu/amdgpu/thermal.rst.
enum CardHwmon {
    /// A channel of a chip: `power2` of the file `power2_max`.
    private struct Channel: Hashable {
        let kind: String
        let number: Int
        /// The driver's name for what it measures; empty where it gives none.
        let label: String

        /// Which of several channels of a kind is the whole card, the lowest first.
        ///
        /// xe has one of the card and one of its package, each on some chips only; of what has other names (the fast
        /// and slow limit of an AMD processor) the first is taken.
        var rank: (Int, Int) {
            switch label {
            case "card": (0, number)
            case "pkg": (2, number)
            default: (1, number)
            }
        }
    }

    /// The attributes of a card's chip; none where it has no chip.
    ///
    /// A channel whose label cannot be read is not shown: it would go by another name.
    static func attributes(
        of device: Device, from reader: inout KernelFileReader, or writer: inout MetricWriter<GPUMetric>
    ) -> [CardAttribute<GPUMetric>] {
        guard let folder = chip(of: device, from: &reader, or: &writer),
            var names = reader.list(KernelDirectory(folder), or: &writer)
        else { return [] }
        var files: [String] = []
        while let name = names.next() { files.append(name.text) }
        // nil for one whose label is lost.
        var channels: [String: Channel?] = [:]
        var found: [(channel: Channel, attribute: Substring)] = []
        for file in files.sorted() {
            let feature = String(file.prefix { $0 != "_" })
            let kind = String(feature.prefix { $0.isLetter })
            guard let number = Int(feature.dropFirst(kind.count)) else { continue }
            if channels[feature] == nil {
                let label = label(folder, feature, from: &reader, or: &writer)
                channels[feature] = .some(label.map { Channel(kind: kind, number: number, label: $0) })
            }
            guard case .some(.some(let channel)) = channels[feature] else { continue }
            found.append((channel, file.dropFirst(feature.count).dropFirst()))
        }
        return found.flatMap { (channel, attribute) -> [CardAttribute<GPUMetric>] in
            // Several channels of power or energy are the card and its parts: the card's is shown.
            if ["power", "energy"].contains(channel.kind) {
                let others = found.filter { $0.channel.kind == channel.kind && $0.attribute == attribute }
                if others.contains(where: { $0.channel.rank < channel.rank }) { return [] }
            }
            return attributes(folder, channel, attribute)
        }
    }

    /// The folder of the chip that the card's driver has made; nil where it has none, as integrated GPUs.
    ///
    /// i915 has further ones for the parts of some cards.
    private static func chip(
        of device: Device, from reader: inout KernelFileReader, or writer: inout MetricWriter<GPUMetric>
    ) -> String? {
        let folder = device.folder + "/hwmon"
        guard var names = reader.list(KernelDirectory(folder), or: &writer) else { return nil }
        var chips: [String] = []
        while let name = names.next() { chips.append(folder + "/" + name.text) }
        chips.sort { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
        let lostBefore = writer.itemsLost
        for chip in chips {
            let name = reader.contents(ofPath: chip + "/name", or: &writer)
            if name?.trimmed.text == device.driver { return chip }
        }
        // A chip without a name is one of another name; which one is the card's is not known where one is lost.
        return writer.itemsLost == lostBefore || chips.count == 1 ? chips.first : nil
    }

    private static func attributes(
        _ folder: String, _ channel: Channel, _ attribute: Substring
    ) -> [CardAttribute<GPUMetric>] {
        let feature = channel.kind + String(channel.number)
        let path = folder + "/" + feature + (attribute.isEmpty ? "" : "_" + attribute)
        let place = String(max(0, channel.number &- 1))
        switch (channel.kind, attribute) {
        case ("temp", "input"): return [.init(path, .temperature, .milli, ("sensor", sensor(channel)))]
        case ("temp", "crit"):
            return [.init(path, .temperatureLimit, .milli, ("limit", sensor(channel) + "_critical"))]
        case ("temp", "emergency"):
            return [.init(path, .temperatureLimit, .milli, ("limit", sensor(channel) + "_emergency"))]
        case ("fan", "input"): return [.init(path, .fanRPM, .one, ("fan", place))]
        case ("pwm", ""): return [.init(path, .fanSpeed, .dividedBy(255), ("fan", place))]
        case ("freq", "input"):
            return [.init(path, .clock, .one, ("domain", clockDomain(channel)), ("kind", "current"))]
        case ("power", _): return power(path, attribute)
        case ("energy", "input"): return [.init(path, .energy, .exactMicro)]
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
    private static func sensor(_ channel: Channel) -> String {
        switch channel.label {
        case "edge", "pkg": "gpu"
        case "mem", "vram": "memory"
        case "": channel.number == 1 ? "gpu" : channel.kind + String(channel.number)
        case let other: other
        }
    }

    private static func clockDomain(_ channel: Channel) -> String {
        switch (channel.label, channel.number) {
        case ("sclk", _), ("", 1): "graphics"
        case ("mclk", _), ("", 2): "memory"
        case ("", _): "freq\(channel.number)"
        default: channel.label
        }
    }

    /// Empty where there is none, as in old kernels; nil where it cannot be read.
    private static func label(
        _ folder: String, _ feature: String, from reader: inout KernelFileReader,
        or writer: inout MetricWriter<GPUMetric>
    ) -> String? {
        let lostBefore = writer.itemsLost
        let text = reader.contents(ofPath: "\(folder)/\(feature)_label", or: &writer)
        return writer.itemsLost == lostBefore ? text?.trimmed.upTo(32).text ?? "" : nil
    }
}

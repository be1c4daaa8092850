// SPDX-License-Identifier: Apache-2.0

internal import CLMSensors

/// Builds the list of chips from the shim's three tables, each of which points into the one before.
@safe
struct ChipTable {
    private let sensors: OpaquePointer

    init(_ sensors: OpaquePointer) {
        unsafe self.sensors = unsafe sensors
    }

    func chips() -> [SensorChip] {
        var chips = unsafe (0..<clmsensors_chip_count(sensors)).map { index in
            var chip = clmsensors_chip()
            unsafe clmsensors_get_chip(sensors, index, &chip)
            return SensorChip(
                name: text(of: chip.name), path: text(of: chip.path), devicePath: text(of: chip.device), features: [])
        }
        for (chip, feature) in features() where chip < chips.count {
            chips[chip].features.append(feature)
        }
        return Self.uniquelyNamed(chips)
    }

    /// Adds the device's path to names that several chips share: libsensors calls all chips on a bus that it does not
    /// know NAME-virtual-0, and the number in hwmonN changes from boot to boot.
    static func uniquelyNamed(_ chips: [SensorChip]) -> [SensorChip] {
        let counts = Dictionary(chips.map { ($0.name, 1) }, uniquingKeysWith: &+)
        var taken: Set<String> = []
        return chips.map { chip in
            var chip = chip
            if counts[chip.name] != 1 {
                chip.name += "@" + below("/sys/devices/", chip.devicePath)
            }
            // One device may register two chips of one name: only the folder tells them apart.
            if !taken.insert(chip.name).inserted {
                chip.name += "@" + below("/sys/class/hwmon/", chip.path)
                taken.insert(chip.name)
            }
            return chip
        }
    }

    private static func below(_ folder: String, _ path: String) -> String {
        path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
    }

    private func features() -> [(chip: Int, feature: SensorFeature)] {
        let attributes = attributes()
        return unsafe (0..<clmsensors_feature_count(sensors)).compactMap { index in
            var row = clmsensors_feature()
            unsafe clmsensors_get_feature(sensors, index, &row)
            guard let kind = SensorKind(featureType: row.type) else { return nil }
            var limits: [(SensorLimitKind, Int32)] = []
            var alarms: [(SensorAlarmKind, Int32)] = []
            var input: Int32?
            for attribute in attributes[UInt32(truncatingIfNeeded: index)] ?? [] {
                switch Subfeature(type: attribute.type) {
                // Of a power's average and its reading the reading, which comes last, is taken.
                case .input: input = attribute.number
                case .limit(let kind): limits.append((kind, attribute.number))
                case .alarm(let kind): alarms.append((kind, attribute.number))
                case .other: break
                }
            }
            let feature = SensorFeature(
                name: text(of: row.name), label: text(of: row.label), kind: kind, input: input, limits: limits,
                alarms: alarms, chip: row.chip)
            return (Int(row.chip), feature)
        }
    }

    private func attributes() -> [UInt32: [clmsensors_subfeature]] {
        let rows = unsafe (0..<clmsensors_subfeature_count(sensors)).map { index in
            var row = clmsensors_subfeature()
            unsafe clmsensors_get_subfeature(sensors, index, &row)
            return row
        }
        return Dictionary(grouping: rows.filter { $0.is_readable != 0 }, by: \.feature)
    }
}

/// The text in a character array of a C struct, up to its final zero.
private func text<Characters>(of characters: Characters) -> String {
    // Arrays in C structs arrive as tuples; only their bytes can be walked.
    unsafe withUnsafeBytes(of: characters) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}

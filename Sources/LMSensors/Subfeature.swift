// SPDX-License-Identifier: Apache-2.0

/// What a subfeature number of libsensors stands for.
///
/// Source: sensors.h of lm-sensors 3.6.0: the feature's type times 256, plus 128 where no scaling applies.
enum Subfeature: Equatable {
    case input
    case limit(SensorLimitKind)
    case alarm(SensorAlarmKind)
    /// Statistics, settings and what later versions add.
    case other

    init(type: Int32) {
        guard let kind = SensorKind(featureType: type >> 8) else {
            self = .other
            return
        }
        self = Self.tables[kind]?[type & 0xff] ?? .other
    }

    private static let tables: [SensorKind: [Int32: Subfeature]] = [
        .voltage: electrical,
        .current: electrical,
        .fan: [
            0x00: .input, 0x01: .limit(.min), 0x02: .limit(.max), 0x80: .alarm(.general), 0x81: .alarm(.fault),
            0x85: .alarm(.min), 0x86: .alarm(.max),
        ],
        .temperature: [
            0x00: .input, 0x01: .limit(.max), 0x02: .limit(.maxHysteresis), 0x03: .limit(.min),
            0x04: .limit(.critical), 0x05: .limit(.criticalHysteresis), 0x06: .limit(.lowCritical),
            0x07: .limit(.emergency), 0x08: .limit(.emergencyHysteresis), 0x0b: .limit(.minHysteresis),
            0x0c: .limit(.lowCriticalHysteresis), 0x80: .alarm(.general), 0x81: .alarm(.max), 0x82: .alarm(.min),
            0x83: .alarm(.critical), 0x84: .alarm(.fault), 0x88: .alarm(.emergency), 0x89: .alarm(.lowCritical),
        ],
        // 00 is the average and 03 the reading: either may be the only one.
        .power: [
            0x00: .input, 0x03: .input, 0x06: .limit(.cap), 0x07: .limit(.capHysteresis), 0x08: .limit(.max),
            0x09: .limit(.critical), 0x0a: .limit(.min), 0x0b: .limit(.lowCritical), 0x81: .alarm(.general),
            0x82: .alarm(.cap), 0x83: .alarm(.max), 0x84: .alarm(.critical), 0x85: .alarm(.min),
            0x86: .alarm(.lowCritical),
        ],
        .energy: [0x00: .input],
        .humidity: [0x00: .input],
        .intrusion: [0x00: .alarm(.general)],
    ]

    private static let electrical: [Int32: Subfeature] = [
        0x00: .input, 0x01: .limit(.min), 0x02: .limit(.max), 0x03: .limit(.lowCritical), 0x04: .limit(.critical),
        0x80: .alarm(.general), 0x81: .alarm(.min), 0x82: .alarm(.max), 0x84: .alarm(.lowCritical),
        0x85: .alarm(.critical),
    ]
}

extension SensorKind {
    /// The kind of a libsensors feature type; nil for those that measure nothing (beepers) or are settings (VID).
    init?(featureType: Int32) {
        switch featureType {
        case 0x00: self = .voltage
        case 0x01: self = .fan
        case 0x02: self = .temperature
        case 0x03: self = .power
        case 0x04: self = .energy
        case 0x05: self = .current
        case 0x06: self = .humidity
        case 0x11: self = .intrusion
        default: return nil
        }
    }

    /// What libsensors' value is multiplied with: it gives humidity in percent, all else in the unit of the kind.
    var scale: Double {
        self == .humidity ? 0.01 : 1
    }
}

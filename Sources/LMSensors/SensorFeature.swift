// SPDX-License-Identifier: Apache-2.0

/// One hardware monitoring chip.
public struct SensorChip: Sendable, Equatable {
    /// The chip's name, unique among the chips of a library.
    ///
    /// It is libsensors' own, such as `coretemp-isa-0000`; where several chips share one, the path of the device below
    /// /sys/devices follows after an `@`.
    public var name: String

    /// The folder that libsensors reads, such as `/sys/class/hwmon/hwmon2`.
    public var path: String

    /// The device behind the chip, without symbolic links.
    public var devicePath: String

    /// What it measures, in the order of libsensors.
    ///
    /// Features that sensors.conf ignores are not among them.
    public var features: [SensorFeature]
}

/// One thing that a chip measures.
public struct SensorFeature: Sendable, Equatable {
    /// The kernel's name, such as `temp1`.
    public var name: String

    /// The name that sensors.conf or the driver gives it, else the kernel's.
    public var label: String

    /// What it measures.
    public var kind: SensorKind

    /// The attribute of its reading; nil for those that only have alarms or limits.
    let input: Int32?

    let limits: [(kind: SensorLimitKind, number: Int32)]
    let alarms: [(kind: SensorAlarmKind, number: Int32)]
    let chip: UInt32

    /// Whether two features have the same names, kind and attributes.
    public static func == (left: SensorFeature, right: SensorFeature) -> Bool {
        left.name == right.name && left.label == right.label && left.kind == right.kind && left.input == right.input
            && left.chip == right.chip && left.limits.elementsEqual(right.limits, by: ==)
            && left.alarms.elementsEqual(right.alarms, by: ==)
    }
}

/// What a feature said at one moment.
public struct SensorReading: Sendable, Equatable {
    /// The value in the unit of the feature's kind; nil where there is none, where it could not be read or where the
    /// sensor reports a fault.
    public var value: Double?

    /// The thresholds that could be read, in the unit of the feature's kind.
    public var limits: [SensorLimit] = []

    /// The alarms that could be read, raised or not.
    public var alarms: [SensorAlarm] = []

    /// How many attributes could not be read.
    public var lostAttributes = 0

    /// Why the first of them could not.
    public var firstError: SensorsError?

    /// Whether any alarm or fault is raised; nil where the feature has none.
    public var isAlarmed: Bool? {
        alarms.isEmpty ? nil : alarms.contains { $0.isRaised }
    }

    /// Whether the sensor says that it is broken or missing.
    public var isFaulty: Bool {
        alarms.contains { $0.kind == .fault && $0.isRaised }
    }
}

/// One threshold of a feature.
public struct SensorLimit: Sendable, Equatable {
    /// Which threshold.
    public var kind: SensorLimitKind

    /// Its value in the unit of the feature's kind.
    public var value: Double
}

/// One alarm of a feature.
public struct SensorAlarm: Sendable, Equatable {
    /// What it is about.
    public var kind: SensorAlarmKind

    /// Whether it is raised.
    public var isRaised: Bool
}

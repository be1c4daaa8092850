// SPDX-License-Identifier: Apache-2.0

/// What a feature measures, in the unit of its readings and limits.
public enum SensorKind: String, Sendable, CaseIterable {
    /// Degrees Celsius.
    case temperature
    /// Revolutions per minute.
    case fan
    /// Volts.
    case voltage
    /// Amperes.
    case current
    /// Watts.
    case power
    /// Joules since the driver was loaded.
    case energy
    /// Relative humidity as a ratio, 0 to 1.
    case humidity
    /// Chassis intrusion: no reading, only an alarm.
    case intrusion
}

/// A threshold of a feature, in the unit of its reading.
public enum SensorLimitKind: String, Sendable, CaseIterable {
    /// The lower warning threshold.
    case min
    /// Where a `min` alarm ends.
    case minHysteresis = "min_hyst"
    /// The upper warning threshold.
    case max
    /// Where a `max` alarm ends.
    case maxHysteresis = "max_hyst"
    /// The lower critical threshold.
    case lowCritical = "lcrit"
    /// Where an `lcrit` alarm ends.
    case lowCriticalHysteresis = "lcrit_hyst"
    /// The upper critical threshold.
    case critical = "crit"
    /// Where a `crit` alarm ends.
    case criticalHysteresis = "crit_hyst"
    /// Above `crit`, where the hardware takes steps.
    case emergency
    /// Where those steps end.
    case emergencyHysteresis = "emergency_hyst"
    /// The power to which the hardware holds itself.
    case cap
    /// Where holding to the cap ends.
    case capHysteresis = "cap_hyst"
}

/// What a chip complains about.
public enum SensorAlarmKind: String, Sendable, CaseIterable {
    /// It does not say what.
    case general
    /// The reading is below `min`.
    case min
    /// The reading is above `max`.
    case max
    /// The reading is below `lcrit`.
    case lowCritical = "lcrit"
    /// The reading is above `crit`.
    case critical = "crit"
    /// The reading is above `emergency`.
    case emergency
    /// The reading is above the cap.
    case cap
    /// The sensor is broken or missing: its reading means nothing.
    case fault
}

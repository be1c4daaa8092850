// SPDX-License-Identifier: Apache-2.0

internal import CLMSensors

/// The chips that libsensors finds, with what sensors.conf says of them, and their readings.
///
/// libsensors keeps its state in globals, so a process has one of these at a time; a second is `SensorsError.busy`. One
/// thread at a time; it may be handed from thread to thread. Reads go to the hardware and may block (I2C), so keep it
/// in a lane of its own. libsensors always reads /sys. When `changeToken()` differs from the one at opening, let go of
/// the library and open it again.
@safe
public struct SensorsLibrary: ~Copyable {
    /// The chips found when the library was opened, in libsensors' order.
    public let chips: [SensorChip]

    /// What is wrong with the configuration, one sentence each with file and line.
    ///
    /// libsensors leaves out a statement that it cannot read; a file that it refuses is left out as a whole, and the
    /// others hold.
    public let configurationProblems: [String]

    private let sensors: OpaquePointer

    /// Loads the configuration and finds the chips; a host without any gives an empty list.
    ///
    /// - Parameter configurationPath: The configuration file; nil for the system's (/etc/sensors3.conf and
    ///   /etc/sensors.d).
    /// - Throws: `SensorsError`; a configuration file that is given must be there.
    public init(configurationPath: String? = nil) throws(SensorsError) {
        var opened: OpaquePointer?
        var characters = [CChar](repeating: 0, count: Int(CLMSENSORS_MESSAGE_SIZE))
        let result =
            if let configurationPath {
                unsafe clmsensors_open(configurationPath, &opened, &characters)
            } else {
                unsafe clmsensors_open(nil, &opened, &characters)
            }
        let lines = characters.prefix { $0 != 0 }.split(separator: 10).map { line in
            String(decoding: line.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        let message = lines.first ?? "unknown error"
        switch Int(result) {
        case CLMSENSORS_OK: break
        case CLMSENSORS_BUSY: throw .busy
        case CLMSENSORS_NO_CONFIGURATION: throw .configuration(message)
        default: throw .library(message)
        }
        guard let sensors = unsafe opened else { throw .library(message) }
        unsafe self.sensors = unsafe sensors
        configurationProblems = lines
        chips = unsafe ChipTable(sensors).chips()
    }

    deinit {
        unsafe clmsensors_close(sensors)
    }

    /// Reads a feature: its alarms, its value unless the sensor is faulty, and its limits.
    ///
    /// Each attribute costs an open, a read and a close in sysfs, and what its driver needs.
    ///
    /// - Parameters:
    ///   - feature: A feature of one of `chips`.
    ///   - withLimits: False leaves the limits out.
    /// - Returns: What could be read. An attribute that has no value now (a radio that is off, a slot that is empty) is
    ///   left out; one that could not be read is left out and counted.
    public func read(_ feature: SensorFeature, withLimits: Bool = true) -> SensorReading {
        var reading = SensorReading()
        for alarm in feature.alarms {
            if let value = read(alarm.number, of: feature, into: &reading) {
                reading.alarms.append(SensorAlarm(kind: alarm.kind, isRaised: value != 0))
            }
        }
        if let input = feature.input, !reading.isFaulty, let value = read(input, of: feature, into: &reading) {
            reading.value = value * feature.kind.scale
        }
        if withLimits {
            for limit in feature.limits {
                if let value = read(limit.number, of: feature, into: &reading) {
                    reading.limits.append(SensorLimit(kind: limit.kind, value: value * feature.kind.scale))
                }
            }
        }
        return reading
    }

    private func read(_ number: Int32, of feature: SensorFeature, into reading: inout SensorReading) -> Double? {
        var value = 0.0
        let code = unsafe clmsensors_value(sensors, feature.chip, number, &value)
        if code == 0 && value.isFinite {
            return value
        }
        // It could be opened and has nothing to say: ENODATA and ENXIO end here, EIO does not.
        guard Int(code) != CLMSENSORS_NO_VALUE else { return nil }
        reading.lostAttributes &+= 1
        if reading.firstError == nil {
            reading.firstError = .attribute(code: code)
        }
        return nil
    }

    /// A number that changes when a hardware monitoring chip appears or goes.
    ///
    /// Cheap enough for each scrape (one directory), and callable without an open library: nil means that this host has
    /// no such class, so that there is nothing to open.
    ///
    /// - Parameter classPath: Where the class is; libsensors itself knows no other place than the default.
    /// - Returns: The token, or nil without a hwmon class.
    public static func changeToken(classPath: String = "/sys/class/hwmon") -> UInt64? {
        let token = unsafe clmsensors_change_token(classPath)
        return token == 0 ? nil : token
    }
}

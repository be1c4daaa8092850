// SPDX-License-Identifier: Apache-2.0

/// What a collector found where it looked.
public enum Availability: Sendable, Equatable {
    /// There was something to read, and it was read.
    case available
    /// There is nothing to read on this host. An answer, not an error.
    case absent(Absence)

    /// Absent because the host has no such device.
    public static func noDevice(_ detail: String) -> Availability { .absent(Absence(.noDevice, detail)) }

    /// Absent because this kernel does not have the file or the interface.
    public static func noKernelFeature(_ detail: String) -> Availability {
        .absent(Absence(.kernelFeatureMissing, detail))
    }
}

/// Why there is nothing to read.
public struct Absence: Sendable, Equatable {
    /// The kind of reason, a value of the label `state` of `host_collector_state`.
    public enum Reason: String, Sendable {
        case noDevice = "no_device"
        case kernelFeatureMissing = "kernel_feature_missing"
        case libraryMissing = "library_missing"
        case noPermission = "no_permission"
    }

    /// The kind of reason.
    public let reason: Reason
    /// One short sentence for a person, for example `/sys/class/hwmon is not there`.
    public let detail: String

    /// A reason with a sentence.
    public init(_ reason: Reason, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }
}

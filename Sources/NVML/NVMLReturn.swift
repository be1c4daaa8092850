// SPDX-License-Identifier: Apache-2.0

/// What a call into libnvidia-ml answered: the library's own code, or one of ours below zero.
///
/// The names are our own table, because asking the library for a text is one more call into something that may be
/// failing just now.
public struct NVMLReturn: RawRepresentable, Hashable, Sendable {
    /// The number as the library gives it; negative numbers are ours.
    public let rawValue: Int32

    /// Takes any number, also one that no table knows.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// The call worked.
    public static let success = Self(rawValue: 0)
    /// The library is not initialised (any more).
    public static let uninitialized = Self(rawValue: 1)
    /// An argument is not one the library accepts; also its answer to an unknown field.
    public static let invalidArgument = Self(rawValue: 2)
    /// This device does not have what was asked for.
    public static let notSupported = Self(rawValue: 3)
    /// The caller may not ask this.
    public static let noPermission = Self(rawValue: 4)
    /// There is no such thing: no process, no instance at this index, no device at this address.
    public static let notFound = Self(rawValue: 6)
    /// The room given is too small.
    public static let insufficientSize = Self(rawValue: 7)
    /// The kernel module is not loaded.
    public static let driverNotLoaded = Self(rawValue: 9)
    /// A wait ended without an event.
    public static let timeout = Self(rawValue: 10)
    /// The kernel reported an interrupt problem with the device.
    public static let interruptIssue = Self(rawValue: 11)
    /// The library could not find a library of its own.
    public static let libraryNotFound = Self(rawValue: 12)
    /// The library could not find a function of its own.
    public static let functionNotFound = Self(rawValue: 13)
    /// The information ROM of the device is corrupted.
    public static let corruptedInfoROM = Self(rawValue: 14)
    /// The device fell off the bus.
    public static let gpuIsLost = Self(rawValue: 15)
    /// The device must be reset before it can be used again.
    public static let resetRequired = Self(rawValue: 16)
    /// The operating system blocked the call.
    public static let operatingSystem = Self(rawValue: 17)
    /// Library and kernel module are of different versions.
    public static let driverMismatch = Self(rawValue: 18)
    /// The device is in use.
    public static let inUse = Self(rawValue: 19)
    /// There is nothing to report at the moment.
    public static let noData = Self(rawValue: 21)
    /// The library does not know this version of a structure.
    public static let argumentVersionMismatch = Self(rawValue: 25)
    /// The call was withdrawn.
    public static let deprecated = Self(rawValue: 26)
    /// The device is not ready yet.
    public static let notReady = Self(rawValue: 27)
    /// No device was found at initialisation.
    public static let gpuNotFound = Self(rawValue: 28)
    /// The device is in a state that does not allow the call.
    public static let invalidState = Self(rawValue: 29)
    /// Anything else; at initialisation also a device node that may not be opened.
    public static let unknown = Self(rawValue: 999)

    /// Ours: the loaded library does not export the symbol.
    public static let symbolMissing = Self(rawValue: -1)
    /// Ours: no library could be opened.
    public static let notLoadable = Self(rawValue: -2)
    /// Ours: the handle is from before a shutdown; the library was not asked.
    public static let staleHandle = Self(rawValue: -3)

    /// A short name for logs and labels, `code_123` for a number that is not in the table.
    public var name: String {
        Self.names[rawValue] ?? "code_\(rawValue)"
    }

    private static let names: [Int32: String] = [
        -3: "stale_handle", -2: "not_loadable", -1: "symbol_missing", 0: "success", 1: "uninitialized",
        2: "invalid_argument", 3: "not_supported", 4: "no_permission", 5: "already_initialized", 6: "not_found",
        7: "insufficient_size", 8: "insufficient_power", 9: "driver_not_loaded", 10: "timeout", 11: "irq_issue",
        12: "library_not_found", 13: "function_not_found", 14: "corrupted_inforom", 15: "gpu_is_lost",
        16: "reset_required", 17: "operating_system", 18: "driver_mismatch", 19: "in_use", 20: "memory", 21: "no_data",
        22: "vgpu_ecc_not_supported", 23: "insufficient_resources", 24: "frequency_not_supported",
        25: "argument_version_mismatch", 26: "deprecated", 27: "not_ready", 28: "gpu_not_found", 29: "invalid_state",
        999: "unknown",
    ]
}

extension NVMLReturn: CustomStringConvertible {
    /// Name and number, as a log line wants them.
    public var description: String {
        "\(name) (\(rawValue))"
    }
}

// SPDX-License-Identifier: Apache-2.0

/// How far a failure reaches, and so what the owner of the library has to do about it.
public enum NVMLRecovery: Hashable, Sendable {
    /// One value is absent; nothing is to be done.
    case value
    /// This device gives no values until it is opened again by its PCI address; the others go on.
    case device(NVMLDeviceFault)
    /// Everything must go: shut down, wait, initialise again.
    case generation(NVMLGenerationFault)
}

/// A failure of one device.
public enum NVMLDeviceFault: Hashable, Sendable {
    /// The device fell off the bus.
    case lost
    /// The device must be reset.
    case resetRequired
}

/// A failure of the library as a whole.
public enum NVMLGenerationFault: Hashable, Sendable {
    /// The library was shut down, or never initialised.
    case uninitialized
    /// The kernel module is not loaded.
    case driverNotLoaded
    /// Library and kernel module are of different versions.
    case driverMismatch
    /// The library sees no device at all.
    case gpuNotFound
}

extension NVMLReturn {
    /// How far this answer reaches when a call about a device gives it.
    public var recovery: NVMLRecovery {
        switch self {
        case .gpuIsLost: .device(.lost)
        case .resetRequired: .device(.resetRequired)
        case .uninitialized, .staleHandle: .generation(.uninitialized)
        case .driverNotLoaded: .generation(.driverNotLoaded)
        case .driverMismatch: .generation(.driverMismatch)
        case .gpuNotFound: .generation(.gpuNotFound)
        default: .value
        }
    }

    /// Whether asking this device the same again is pointless until the next initialisation.
    var isPermanent: Bool {
        switch self {
        case .symbolMissing, .notSupported, .functionNotFound, .deprecated: true
        default: false
        }
    }

    /// Whether the answer only says that there is nothing to say at the moment.
    var isNothingNow: Bool {
        switch self {
        case .notFound, .noData, .notReady, .timeout: true
        default: false
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import PCIBus

/// Whether a device can be used and, if not, why: the values of the label `state`, in the order in which they are
/// judged.
public enum DeviceState: String, Sendable, CaseIterable {
    /// Seen before, and its directory on the bus is gone; a CPU package without an online CPU.
    case missing
    /// The directory is there, but configuration space reads all ones.
    case offBus = "off_bus"
    /// Bound to a driver that keeps it for a guest.
    case passthrough
    /// Bound to a driver that cannot be used for computing, or that offers no render node.
    case otherDriver = "other_driver"
    /// No driver is bound.
    case noDriver = "no_driver"
    /// Put to sleep by runtime power management: usable, and nothing may wake it.
    case suspended
    /// The driver is bound, but the vendor's library cannot be loaded.
    case libraryMissing = "library_missing"
    /// The vendor's library and the kernel module are of different versions.
    case driverMismatch = "driver_mismatch"
    /// The vendor's library says that the driver is not loaded.
    case driverNotLoaded = "driver_not_loaded"
    /// The device may not be opened.
    case noPermission = "no_permission"
    /// The vendor's library works but does not list this device.
    case notEnumerated = "not_enumerated"
    /// The driver has lost contact with the device.
    case lost
    /// The device must be reset before it can be used.
    case resetRequired = "reset_required"
    /// A call into the driver has not come back by its deadline.
    case stuck
    /// The driver asks for a reset or a reboot.
    case recoveryNeeded = "recovery_needed"
    /// Runtime power management has given up on it after an error: usable, and not put to sleep any more.
    case powerError = "power_error"
    /// None of the above.
    case available

    /// Whether the device can be used.
    public var isAvailable: Bool { self == .available || self == .suspended || self == .powerError }

    /// The state that follows from the facts; the first rule that holds decides.
    public static func following(_ facts: DeviceFacts) -> DeviceState {
        guard facts.isPresent else { return .missing }
        if let status = facts.status {
            if let state = state(status, facts) { return state }
        }
        if let state = state(facts.nvidia) { return state }
        switch facts.health {
        case .resetRequired: return .resetRequired
        case _ where facts.isStuck: return .stuck
        case .recoveryNeeded: return .recoveryNeeded
        case .fine: return facts.status?.power == .error ? .powerError : .available
        }
    }

    /// What the bus and the driver binding decide.
    private static func state(_ status: PCIFunctionStatus, _ facts: DeviceFacts) -> DeviceState? {
        if status.configuration == .allOnes { return .offBus }
        if status.isDriverForPassthrough { return facts.worksThroughVFIO ? nil : .passthrough }
        guard let driver = status.driver else { return .noDriver }
        if !facts.canUse(driver: driver) || facts.lacksRenderNode { return .otherDriver }
        return status.power.isAsleep ? .suspended : nil
    }

    /// What NVIDIA's library decides; nil where it was not asked or finds nothing wrong.
    private static func state(_ nvidia: DeviceFacts.NVIDIA?) -> DeviceState? {
        guard let nvidia else { return nil }
        switch nvidia.library {
        case .missing: return .libraryMissing
        case .versionMismatch: return .driverMismatch
        case .driverNotLoaded: return .driverNotLoaded
        case .noPermission: return .noPermission
        case .stuck: return .stuck
        case .working: break
        }
        switch nvidia.condition {
        case nil: return .notEnumerated
        case .noPermission: return .noPermission
        case .lost: return .lost
        case .resetRequired: return .resetRequired
        case .stuck: return .stuck
        case .recoveryNeeded: return .recoveryNeeded
        case .working: return nil
        }
    }
}

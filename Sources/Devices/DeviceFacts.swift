// SPDX-License-Identifier: Apache-2.0

public import PCIBus

/// What is known of one device at one moment, from everyone who knows something: all that its state follows from.
public struct DeviceFacts: Sendable, Equatable {
    /// What the device's own interface in sysfs says of its health.
    public enum Health: Sendable {
        case fine, resetRequired, recoveryNeeded
    }

    /// What NVIDIA's library says.
    public struct NVIDIA: Sendable, Equatable {
        /// The state of the library.
        public var library: NVIDIAStatus.Library
        /// What it says of this device; nil where it does not list it.
        public var condition: NVIDIAStatus.Condition?

        /// A status.
        public init(library: NVIDIAStatus.Library, condition: NVIDIAStatus.Condition?) {
            self.library = library
            self.condition = condition
        }
    }

    /// What kind of device it is.
    public var kind: ComputeKind
    /// Who made it; nil without a PCI function.
    public var vendorID: UInt16?
    /// What its maker calls it; nil without a PCI function.
    public var deviceID: UInt16?
    /// Whether its directory is there; of a CPU package, whether one of its CPUs is online.
    public var isPresent = true
    /// Driver, power and configuration space; nil without a PCI function.
    public var status: PCIFunctionStatus?
    /// Whether there is a render node; nil where that does not matter or was not read.
    public var hasRenderNode: Bool?
    /// What its own interface says.
    public var health = Health.fine
    /// Whether a read of one of its files has not come back.
    public var isStuck = false
    /// What NVIDIA's library says; nil where nobody asked it.
    public var nvidia: NVIDIA?

    /// A device of which nothing else is known yet.
    public init(kind: ComputeKind, vendorID: UInt16? = nil, deviceID: UInt16? = nil) {
        self.kind = kind
        self.vendorID = vendorID
        self.deviceID = deviceID
    }

    /// TPUs from v5 on are used through vfio; the ids are those of the generations before it.
    var worksThroughVFIO: Bool {
        guard kind == .tpu, status?.driver?.hasPrefix("vfio") == true, let deviceID else { return false }
        return !([0x0027, 0x0056, 0x005e] as [UInt16]).contains(deviceID)
    }

    /// Whether programs can compute through a driver.
    ///
    /// Only of GPUs is that known: others have one driver each.
    func canUse(driver: String) -> Bool {
        guard kind == .gpu else { return true }
        switch vendorID {
        case PCIVendor.nvidia: return driver == "nvidia"
        case PCIVendor.amd: return driver == "amdgpu" || driver == "radeon"
        case PCIVendor.intel: return driver == "i915" || driver == "xe"
        default: return true
        }
    }

    /// An AMD or Intel GPU is used through its render node.
    var lacksRenderNode: Bool { needsRenderNode && hasRenderNode == false }

    var needsRenderNode: Bool { kind == .gpu && (vendorID == PCIVendor.amd || vendorID == PCIVendor.intel) }
}

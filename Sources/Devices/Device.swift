// SPDX-License-Identifier: Apache-2.0

public import KernelFiles
public import PCIBus

/// A compute device of this host, or one that was there before.
public struct Device: Sendable, Equatable {
    /// The label `device`: the PCI address, `cpu:0`, or, where there is no PCI function, `accel0` or the UUID.
    public let id: String
    /// What kind of device it is.
    public internal(set) var kind: ComputeKind
    /// The label `vendor`: a short name, or the PCI vendor id.
    public internal(set) var vendor = ""
    /// What it is called; empty where nobody knows.
    public internal(set) var model = ""
    /// The driver bound to it; empty for none.
    public internal(set) var driver = ""
    /// The driver's version; empty where it has none of its own.
    public internal(set) var driverVersion = ""
    /// Its UUID or serial identity; empty where it has none.
    public internal(set) var uuid = ""
    /// The NUMA node nearest to it.
    public internal(set) var numaNode: Int?
    /// Where it sits on the PCI bus.
    public internal(set) var address: PCIAddress?
    /// Who made its PCI function.
    public internal(set) var vendorID: UInt16?
    /// What its maker calls its PCI function.
    public internal(set) var deviceID: UInt16?
    /// Its folder in sysfs; empty where it has none (missing devices, CPU packages).
    public internal(set) var folder = ""
    /// Its DRM card (`card0`), where it has one.
    public internal(set) var card: String?
    /// Its render node (`renderD128`), where it has one.
    public internal(set) var renderNode: String?
    /// How it is seen as an accelerator, where it is.
    public internal(set) var accelerator: AcceleratorNode?
    /// What runtime power management says of it.
    public internal(set) var power = RuntimeStatus.unknown
    /// The label `gpu` of a GPU that has a number.
    public internal(set) var gpuID: Int?
    /// Whether it can be used.
    public internal(set) var state = DeviceState.missing
    /// The state before this one, until the next change; nil where there was none.
    public internal(set) var previousState: DeviceState?
    /// How often its state has changed since the process started.
    public internal(set) var stateChanges: UInt64 = 0
    /// What of this could not be read, one sentence; nil where everything could.
    public internal(set) var problem: String?
    /// Why its nodes are not known; nil where they are.
    public internal(set) var nodeProblem: String?
    /// When a missing device was last seen, in seconds since 1970; nil for those that are there.
    public internal(set) var lastSeenSeconds: UInt64?

    init(id: String, kind: ComputeKind) {
        self.id = id
        self.kind = kind
    }

    /// The file that says whether the device sleeps, in the words of `RuntimeStatus`.
    ///
    /// To be read, through a kept descriptor, before any other of its files: one that is asleep must be left alone.
    public var runtimeStatusPath: String { folder + "/power/runtime_status" }

    /// CPU packages first, then by PCI address, then by name.
    var order: (Int, PCIAddress, Int, String) {
        let zero = PCIAddress(domain: 0, bus: 0, device: 0, function: 0)
        if kind == .cpu { return (0, zero, id.utf8.count, id) }
        if let address { return (1, address, 0, id) }
        return (2, zero, id.utf8.count, id)
    }
}

/// How the kernel presents an accelerator.
public struct AcceleratorNode: Sendable, Equatable {
    /// The class or tree that lists it.
    public enum Interface: String, Sendable {
        /// /sys/class/accel.
        case accel
        /// /sys/class/habanalabs, before it became a part of /sys/class/accel.
        case habanalabs
        /// AWS Neuron's tree of virtual devices.
        case neuron
        /// /sys/class/uacce: devices that processes reach through shared virtual addressing.
        case uacce
    }

    /// Who lists it.
    public let interface: Interface
    /// Its name there: `accel0`, `hl0`, `neuron0`, `hisi_zip-0`.
    public let name: String
    /// The folder of that name.
    public let folder: String

    /// Where its attributes are: the device's folder, for uacce and neuron its own.
    public var attributes: String {
        switch interface {
        case .accel, .habanalabs: folder + "/device"
        case .neuron, .uacce: folder
        }
    }
}

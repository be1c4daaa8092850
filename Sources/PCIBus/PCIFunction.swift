// SPDX-License-Identifier: Apache-2.0

public import KernelFiles

/// One function on the PCI bus, as libpci and sysfs describe it.
///
/// Source: /sys/bus/pci/devices, kernel Documentation/PCI/sysfs-pci.rst.
public struct PCIFunction: Sendable, Equatable {
    /// Where it sits.
    public var address: PCIAddress

    /// Who made it.
    public var vendorID: UInt16

    /// What its maker calls it.
    public var deviceID: UInt16

    /// Base class and subclass, such as 0x0302 for a 3D controller.
    public var classCode: UInt16

    /// Who made the board; nil where the function does not say.
    public var subsystemVendorID: UInt16?

    /// What the board's maker calls it; nil where the function does not say.
    public var subsystemDeviceID: UInt16?

    /// The stepping; nil where sysfs does not say.
    public var revision: UInt8?

    /// The NUMA node nearest to it; nil where the machine has none or does not say.
    public var numaNode: Int?

    /// Its IOMMU group; nil without an IOMMU.
    public var iommuGroup: Int?

    /// Whether it is an SR-IOV virtual function of a physical one on this host, to be handed to a guest.
    ///
    /// In the guest the same function is not marked so.
    public var isVirtualFunction: Bool

    /// Driver, power and whether it answers; of what is no compute device only the driver is read.
    public var status: PCIFunctionStatus

    /// Makes a function of its parts; what is left out is unknown.
    public init(
        address: PCIAddress, vendorID: UInt16, deviceID: UInt16, classCode: UInt16,
        subsystemVendorID: UInt16? = nil, subsystemDeviceID: UInt16? = nil, revision: UInt8? = nil,
        numaNode: Int? = nil, iommuGroup: Int? = nil, isVirtualFunction: Bool = false,
        status: PCIFunctionStatus = PCIFunctionStatus(driver: nil, power: .unknown, configuration: .notRead)
    ) {
        self.address = address
        self.vendorID = vendorID
        self.deviceID = deviceID
        self.classCode = classCode
        self.subsystemVendorID = subsystemVendorID
        self.subsystemDeviceID = subsystemDeviceID
        self.revision = revision
        self.numaNode = numaNode
        self.iommuGroup = iommuGroup
        self.isVirtualFunction = isVirtualFunction
        self.status = status
    }
}

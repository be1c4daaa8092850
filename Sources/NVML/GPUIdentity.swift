// SPDX-License-Identifier: Apache-2.0

/// Who a device is: what cannot change while the library stays initialised.
///
/// Texts are the driver's, unescaped.
public struct GPUIdentity: Hashable, Sendable {
    /// The product name.
    public var name: String?
    /// The library's own name for the device, `GPU-` and a UUID.
    public var uuid: String?
    /// The serial number of the board; consumer cards have none.
    public var serial: String?
    /// The PCI address as sysfs writes it.
    public var pciAddress: String?
    /// Device and vendor id as the library packs them: device << 16 | vendor.
    public var pciDeviceID: UInt32?
    /// Subsystem device and vendor id, packed the same way.
    public var pciSubsystemID: UInt32?
    /// The index that nvidia-smi shows; it can shift in the next generation.
    public var index: UInt32?
    /// The N of /dev/nvidiaN.
    public var minorNumber: UInt32?
    /// The version of the video BIOS.
    public var vbiosVersion: String?
    /// The version of the information ROM's image.
    public var infoROMVersion: String?
    /// The part number of the board.
    public var boardPartNumber: String?
    /// The library's number for the brand.
    public var brand: UInt32?
    /// The library's number for the architecture (9 is Hopper, 10 Blackwell).
    public var architecture: UInt32?
    /// Major number of the CUDA compute capability.
    public var computeCapabilityMajor: UInt32?
    /// Minor number of the CUDA compute capability.
    public var computeCapabilityMinor: UInt32?
    /// How many shader cores there are.
    public var coreCount: UInt32?
    /// The NUMA node that the driver made of the device's memory; not the node of its PCI slot.
    public var numaNode: UInt32?
    /// The place of the module on the baseboard.
    public var moduleID: UInt32?
    /// The version of the GSP firmware; nil where it does not run.
    public var gspFirmwareVersion: String?
    /// Whether the GSP firmware runs.
    public var gspFirmwareEnabled: Bool?

    /// Nothing known.
    public init() {}
}

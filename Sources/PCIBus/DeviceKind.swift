// SPDX-License-Identifier: Apache-2.0

/// What kind of compute device a PCI function is.
public enum DeviceKind: String, Sendable, CaseIterable {
    /// A graphics processor that computes.
    case gpu
    /// A Google tensor processing unit.
    case tpu
    /// A neural processing unit, mostly a part of a processor or a small card.
    case npu
    /// Any other processing accelerator.
    case accelerator
    /// No compute device: network, storage, bridges, sound, displays that compute nothing.
    case none
}

extension PCIFunction {
    /// The kind of compute device this function is.
    ///
    /// Never decided by the vendor alone: makers of accelerators also make network and storage functions. A virtual
    /// function on its own host is `none`, as its driver there manages it for a guest and no vendor library lists it.
    public var kind: DeviceKind {
        if isVirtualFunction {
            return .none
        }
        if let known = KnownAccelerators.kind(vendor: vendorID, device: deviceID) {
            return known
        }
        if PCIClass.displays.contains(classCode) { return displayKind }
        return classCode == PCIClass.processingAccelerator ? acceleratorKind : .none
    }

    /// Whether it is a display controller that computes nothing: the console of a server, mostly.
    public var isConsole: Bool { PCIClass.displays.contains(classCode) && !isVirtualFunction && kind == .none }

    private var displayKind: DeviceKind {
        // The second heads of old Radeon and Intel graphics are display functions without an engine behind them.
        let isSecondHead =
            vendorID != PCIVendor.nvidia && classCode == PCIClass.otherDisplay && address.function != 0
        if isSecondHead { return .none }
        let computes = DisplayChips.computes(vendor: vendorID, device: deviceID, driver: status.driver)
        return computes ? .gpu : .none
    }

    private var acceleratorKind: DeviceKind {
        switch vendorID {
        // Instinct cards without display outputs carry the accelerator class.
        case PCIVendor.amd: .gpu
        case PCIVendor.google: .tpu
        // Integrated in the processor it is the NPU, on a card an FPGA or an accelerator.
        case PCIVendor.intel: address.domain == 0 && address.bus == 0 ? .npu : .accelerator
        case PCIVendor.redHatVirtio, PCIVendor.qemu, PCIVendor.redHatQXL: .none
        default: .accelerator
        }
    }
}

/// Vendor ids that the rules name.
public enum PCIVendor {
    /// NVIDIA.
    public static let nvidia: UInt16 = 0x10de
    /// AMD's graphics (ATI).
    public static let amd: UInt16 = 0x1002
    /// AMD's processors and their parts.
    public static let amdProcessors: UInt16 = 0x1022
    /// Intel.
    public static let intel: UInt16 = 0x8086
    /// Google.
    public static let google: UInt16 = 0x1ae0
    /// Amazon.
    public static let amazon: UInt16 = 0x1d0f
    /// Habana Labs.
    public static let habana: UInt16 = 0x1da3
    /// Qualcomm.
    public static let qualcomm: UInt16 = 0x17cb
    /// Huawei.
    public static let huawei: UInt16 = 0x19e5
    /// virtio devices.
    public static let redHatVirtio: UInt16 = 0x1af4
    /// Devices that QEMU invents.
    public static let qemu: UInt16 = 0x1234
    /// Devices that Red Hat invents, QXL among them.
    public static let redHatQXL: UInt16 = 0x1b36

    /// The word for the `vendor` label: a short name in lower case, or the id in hexadecimal.
    public static func label(_ id: UInt16) -> String {
        switch id {
        case nvidia: "nvidia"
        case amd, amdProcessors: "amd"
        case intel: "intel"
        case google: "google"
        case amazon: "amazon"
        case habana: "habana"
        case qualcomm: "qualcomm"
        case huawei: "huawei"
        default: "0x" + String(repeating: "0", count: 4 - String(id, radix: 16).utf8.count) + String(id, radix: 16)
        }
    }
}

/// Class codes (base class and subclass) that the rules name.
enum PCIClass {
    static let vgaController: UInt16 = 0x0300
    static let threeDController: UInt16 = 0x0302
    static let otherDisplay: UInt16 = 0x0380
    static let displays: Set<UInt16> = [vgaController, threeDController, otherDisplay]
    /// Subclass 00 only: 01 is SNIA's data mover, which computes nothing.
    static let processingAccelerator: UInt16 = 0x1200
}

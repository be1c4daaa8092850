// SPDX-License-Identifier: Apache-2.0

/// Which display controllers compute: those that their maker's driver for computing supports.
///
/// The aliases of the kernel's modules do not say it: amdgpu and nvidia claim every display of their maker and refuse
/// some when they are asked. The generations before those that are supported are closed lists; what is yet to come is
/// taken for a GPU. Source: drivers/gpu/drm of the kernel (amdgpu, i915, gma500), NVIDIA's lists of legacy GPUs, the
/// PCI ID repository.
public enum DisplayChips {
    /// Whether a display controller computes.
    ///
    /// A driver that only comes up on what it supports outweighs the lists.
    static func computes(vendor: UInt16, device: UInt16, driver: String?) -> Bool {
        switch vendor {
        case PCIVendor.nvidia: driver == "nvidia" || isKeplerOrLater(device)
        case PCIVendor.amd: driver == "amdgpu" || !amdBeforeGCN.contains { $0.contains(device) }
        case PCIVendor.intel: driver == "xe" || !intelBeforeGen7.contains { $0.contains(device) }
        // The displays of management controllers and hypervisors (ASPEED, Matrox, virtio, QXL, VMware, Bochs, Hyper-V,
        // Cirrus and ever new ones) and of makers who are gone.
        default: false
        }
    }

    /// Whether an AMD GPU is a part of a processor, whose memory it shares.
    public static func isPartOfAMDProcessor(device: UInt16) -> Bool {
        amdProcessors.contains { $0.contains(device) }
    }

    /// Kepler is the first generation for which a driver of NVIDIA's builds on kernels of today (470).
    ///
    /// The numbers of Tesla and Fermi reach into those of Kepler.
    private static func isKeplerOrLater(_ device: UInt16) -> Bool {
        device >= 0x1280 || (0x0fc0...0x103f).contains(device) || (0x1180...0x11ff).contains(device)
    }

    /// Mach64, Rage, and Radeon up to TeraScale: the consoles of old servers (Rage XL, ES1000) and what QEMU's ati-vga
    /// shows are among them.
    private static let amdBeforeGCN: [ClosedRange<UInt16>] = [
        0x3000...0x5fff, 0x6700...0x677f, 0x6840...0x685f, 0x6880...0x68ff, 0x7100...0x72ff, 0x7834...0x7835,
        0x7910...0x796f, 0x9400...0x97ff, 0x9800...0x980f, 0x9900...0x99ff,
    ]

    /// Processors with graphics, from Kaveri and Kabini on.
    private static let amdProcessors: [ClosedRange<UInt16>] = [0x1000...0x1fff, 0x9830...0x98ff]

    /// Chipset graphics up to Gen4, Ironlake and Sandy Bridge, and PowerVR in Atoms, none of which ever computed.
    private static let intelBeforeGen7: [ClosedRange<UInt16>] = [
        0x0042...0x004a, 0x0100...0x013f, 0x0800...0x08ff, 0x0be0...0x0bef, 0x1132...0x1132, 0x2500...0x2fff,
        0x3500...0x35ff, 0x4100...0x410f, 0x5000...0x500f, 0x7120...0x712f, 0x7800...0x7800, 0x8100...0x81ff,
        0xa000...0xa01f,
    ]
}

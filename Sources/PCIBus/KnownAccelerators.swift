// SPDX-License-Identifier: Apache-2.0

/// Accelerators known by vendor and device id, for those whose class does not tell.
enum KnownAccelerators {
    /// The kind of a known accelerator, nil for everything else.
    static func kind(vendor: UInt16, device: UInt16) -> DeviceKind? {
        switch vendor {
        case PCIVendor.google: googleTPUs.contains(device) ? .tpu : nil
        case PCIVendor.amazon: neuronDevices.contains(device) ? .accelerator : nil
        case PCIVendor.habana: habanaDevices.contains(device) ? .accelerator : nil
        case PCIVendor.qualcomm: cloudAI.contains(device) ? .accelerator : nil
        case PCIVendor.intel: intelNPUs.contains(device) ? .npu : nil
        case PCIVendor.amdProcessors: amdNPUs.contains(device) ? .npu : nil
        case PCIVendor.huawei: ascendNPUs.contains(device) ? .npu : nil
        case hailo: hailoNPUs.contains(device) ? .npu : nil
        case globalUnichip: device == coralEdgeTPU ? .npu : nil
        default: nil
        }
    }

    /// Cloud TPUs, by generation.
    ///
    /// v2 and v3 share the first, then a generation without a public name, v4, v5p, v5e, v6e, TPU7x, and the two of
    /// the eighth. Google's network (0042) and NVMe (001f) functions are not among them.
    ///
    /// Source: jax/_src/hardware_utils.py of JAX and tpu_info of cloud-accelerator-diagnostics.
    private static let googleTPUs: Set<UInt16> = [
        0x0027, 0x0056, 0x005e, 0x0062, 0x0063, 0x006f, 0x0076, 0x007c, 0x0083,
    ]

    /// Neuron devices.
    ///
    /// Inferentia (four), Trainium, Inferentia2, Trainium2, Trainium3 (two). Amazon's network (ec20 and on), EBS (8061)
    /// and instance store (cd01) functions are not among them.
    ///
    /// Source: neuron_pci.c of the Neuron kernel driver.
    private static let neuronDevices: Set<UInt16> = [
        0x7064, 0x7065, 0x7066, 0x7067, 0x7164, 0x7264, 0x7364, 0x7564, 0x7565,
    ]

    /// Goya, Greco (two), Gaudi (four), Gaudi 2 (two), Gaudi 3 (three).
    ///
    /// Source: the habanalabs kernel driver and rdma-core.
    private static let habanaDevices: Set<UInt16> = [
        0x0001, 0x0020, 0x0030, 0x1000, 0x1001, 0x1010, 0x1011, 0x1020, 0x1021, 0x1060, 0x1062, 0x1063,
    ]

    /// AI 80, AI 100, AI 200.
    ///
    /// Source: kernel drivers/accel/qaic.
    private static let cloudAI: Set<UInt16> = [0xa080, 0xa100, 0xa110]

    /// Meteor, Arrow, Lunar, Panther, Wildcat and Nova Lake.
    ///
    /// Source: kernel drivers/accel/ivpu.
    private static let intelNPUs: Set<UInt16> = [0x7d1d, 0xad1d, 0x643e, 0xb03e, 0xfd3e, 0xd71d]

    /// XDNA and XDNA 2; their class is that of a signal processor.
    ///
    /// Source: kernel drivers/accel/amdxdna.
    private static let amdNPUs: Set<UInt16> = [0x1502, 0x17f0]

    /// Ascend 310, 310B, 310P, 910, 910B and 910C.
    ///
    /// Source: the PCI ID repository.
    private static let ascendNPUs: Set<UInt16> = [0xd100, 0xd105, 0xd500, 0xd801, 0xd802, 0xd803]

    private static let hailo: UInt16 = 0x1e60
    /// Hailo-8 and Hailo-10H; their class is that of a co-processor.
    private static let hailoNPUs: Set<UInt16> = [0x2864, 0x45c4]

    private static let globalUnichip: UInt16 = 0x1ac1
    /// Coral's Edge TPU is an NPU here: what runs on a Cloud TPU does not run on it.
    private static let coralEdgeTPU: UInt16 = 0x089a
}

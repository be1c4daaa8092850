// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import PCIBus
import Testing

struct DeviceKindTests {
    struct Case: CustomTestStringConvertible {
        var name: String
        var vendor: UInt16
        var device: UInt16
        var code: UInt16
        var kind: DeviceKind
        var address = "0000:65:00.0"
        var driver: String?
        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "NVIDIA H200", vendor: 0x10de, device: 0x2335, code: 0x0302, kind: .gpu),
        Case(name: "NVIDIA GeForce", vendor: 0x10de, device: 0x2684, code: 0x0300, kind: .gpu),
        Case(name: "NVIDIA sound", vendor: 0x10de, device: 0x22ba, code: 0x0403, kind: .none, address: "0000:65:00.1"),
        Case(name: "NVIDIA USB", vendor: 0x10de, device: 0x1ad8, code: 0x0c03, kind: .none),
        Case(name: "NVIDIA NVSwitch", vendor: 0x10de, device: 0x22a3, code: 0x0680, kind: .none),
        Case(name: "AMD Radeon", vendor: 0x1002, device: 0x744c, code: 0x0300, kind: .gpu),
        Case(name: "AMD MI250X", vendor: 0x1002, device: 0x7408, code: 0x0380, kind: .gpu),
        Case(name: "AMD MI300X", vendor: 0x1002, device: 0x74a1, code: 0x1200, kind: .gpu),
        Case(
            name: "Radeon's second head", vendor: 0x1002, device: 0x5d6f, code: 0x0380, kind: .none,
            address: "0000:01:00.1"),
        Case(name: "AMD Radeon of the first GCN", vendor: 0x1002, device: 0x6611, code: 0x0300, kind: .gpu),
        Case(
            name: "a Radeon that amdgpu runs", vendor: 0x1002, device: 0x4242, code: 0x0300, kind: .gpu,
            driver: "amdgpu"),
        Case(name: "Mach64", vendor: 0x1002, device: 0x4756, code: 0x0300, kind: .none),
        Case(name: "Rage XL", vendor: 0x1002, device: 0x4752, code: 0x0300, kind: .none),
        Case(name: "Rage 128 of QEMU", vendor: 0x1002, device: 0x5046, code: 0x0300, kind: .none),
        Case(name: "RV100 of QEMU", vendor: 0x1002, device: 0x5159, code: 0x0300, kind: .none, driver: "radeon"),
        Case(name: "ES1000", vendor: 0x1002, device: 0x515e, code: 0x0300, kind: .none, driver: "radeon"),
        Case(name: "ES1000 of another board", vendor: 0x1002, device: 0x5969, code: 0x0300, kind: .none),
        Case(name: "Radeon HD 5450", vendor: 0x1002, device: 0x68f9, code: 0x0300, kind: .none, driver: "radeon"),
        Case(name: "Radeon HD 4200 in a chipset", vendor: 0x1002, device: 0x9710, code: 0x0300, kind: .none),
        Case(name: "NVIDIA Kepler", vendor: 0x10de, device: 0x102d, code: 0x0302, kind: .gpu),
        Case(
            name: "NVIDIA Maxwell on nouveau", vendor: 0x10de, device: 0x1380, code: 0x0300, kind: .gpu,
            driver: "nouveau"),
        Case(name: "NVIDIA Fermi", vendor: 0x10de, device: 0x0dc4, code: 0x0300, kind: .none, driver: "nouveau"),
        Case(
            name: "NVIDIA Fermi with NVIDIA's driver", vendor: 0x10de, device: 0x06d2, code: 0x0302, kind: .gpu,
            driver: "nvidia"),
        Case(name: "NVIDIA GT218", vendor: 0x10de, device: 0x10c3, code: 0x0300, kind: .none),
        Case(name: "GeForce 6150 in a chipset", vendor: 0x10de, device: 0x03d0, code: 0x0300, kind: .none),
        Case(name: "Intel Ironlake", vendor: 0x8086, device: 0x0042, code: 0x0300, kind: .none, driver: "i915"),
        Case(name: "Intel Ivy Bridge", vendor: 0x8086, device: 0x0152, code: 0x0300, kind: .gpu, driver: "i915"),
        Case(name: "Intel Atom with PowerVR", vendor: 0x8086, device: 0x0be1, code: 0x0300, kind: .none),
        Case(name: "Intel 945", vendor: 0x8086, device: 0x2772, code: 0x0300, kind: .none, driver: "i915"),
        Case(name: "S3", vendor: 0x5333, device: 0x8811, code: 0x0300, kind: .none),
        Case(name: "SiS", vendor: 0x1039, device: 0x6330, code: 0x0300, kind: .none),
        Case(name: "XGI Volari", vendor: 0x18ca, device: 0x0020, code: 0x0300, kind: .none),
        Case(name: "VIA Chrome", vendor: 0x1106, device: 0x7122, code: 0x0300, kind: .none),
        Case(name: "Silicon Motion", vendor: 0x126f, device: 0x0750, code: 0x0300, kind: .none),
        Case(
            name: "Intel integrated", vendor: 0x8086, device: 0x9a49, code: 0x0300, kind: .gpu, address: "0000:00:02.0"),
        Case(name: "Intel Max", vendor: 0x8086, device: 0x0bd5, code: 0x0380, kind: .gpu),
        Case(name: "Intel NPU", vendor: 0x8086, device: 0x7d1d, code: 0x1200, kind: .npu, address: "0000:00:0b.0"),
        Case(
            name: "Intel NPU to come", vendor: 0x8086, device: 0x1234, code: 0x1200, kind: .npu, address: "0000:00:0b.0"
        ),
        Case(name: "Intel FPGA card", vendor: 0x8086, device: 0x0b30, code: 0x1200, kind: .accelerator),
        Case(name: "Intel data streaming", vendor: 0x8086, device: 0x0b25, code: 0x0880, kind: .none),
        Case(name: "ASPEED BMC display", vendor: 0x1a03, device: 0x2000, code: 0x0300, kind: .none),
        Case(name: "Matrox BMC display", vendor: 0x102b, device: 0x0536, code: 0x0300, kind: .none),
        Case(name: "virtio display", vendor: 0x1af4, device: 0x1050, code: 0x0380, kind: .none),
        Case(name: "QXL", vendor: 0x1b36, device: 0x0100, code: 0x0300, kind: .none),
        Case(name: "VMware SVGA", vendor: 0x15ad, device: 0x0405, code: 0x0300, kind: .none),
        Case(name: "Bochs display", vendor: 0x1234, device: 0x1111, code: 0x0300, kind: .none),
        Case(name: "Hyper-V display", vendor: 0x1414, device: 0x5353, code: 0x0300, kind: .none),
        Case(name: "Cirrus", vendor: 0x1013, device: 0x00b8, code: 0x0300, kind: .none),
        Case(name: "TPU v3", vendor: 0x1ae0, device: 0x0027, code: 0x0880, kind: .tpu),
        Case(name: "TPU v5e", vendor: 0x1ae0, device: 0x0063, code: 0x1200, kind: .tpu),
        Case(name: "TPU to come", vendor: 0x1ae0, device: 0x0999, code: 0x1200, kind: .tpu),
        Case(name: "gVNIC", vendor: 0x1ae0, device: 0x0042, code: 0x0200, kind: .none),
        Case(name: "Google NVMe", vendor: 0x1ae0, device: 0x001f, code: 0x0108, kind: .none),
        Case(name: "Inferentia", vendor: 0x1d0f, device: 0x7064, code: 0x0c80, kind: .accelerator),
        Case(name: "Trainium2", vendor: 0x1d0f, device: 0x7364, code: 0x0880, kind: .accelerator),
        Case(name: "ENA", vendor: 0x1d0f, device: 0xec20, code: 0x0200, kind: .none),
        Case(name: "EBS", vendor: 0x1d0f, device: 0x8061, code: 0x0108, kind: .none),
        Case(name: "Amazon instance store", vendor: 0x1d0f, device: 0xcd01, code: 0x0108, kind: .none),
        Case(name: "Gaudi 2", vendor: 0x1da3, device: 0x1020, code: 0x1200, kind: .accelerator),
        Case(name: "Gaudi, class unset", vendor: 0x1da3, device: 0x1000, code: 0x0000, kind: .accelerator),
        Case(name: "XDNA", vendor: 0x1022, device: 0x1502, code: 0x1180, kind: .npu),
        Case(name: "AMD root complex", vendor: 0x1022, device: 0x14d8, code: 0x0600, kind: .none),
        Case(name: "Cloud AI 100", vendor: 0x17cb, device: 0xa100, code: 0x1200, kind: .accelerator),
        Case(name: "Qualcomm wireless", vendor: 0x17cb, device: 0x1103, code: 0x0280, kind: .none),
        Case(name: "Ascend 910B", vendor: 0x19e5, device: 0xd802, code: 0x1200, kind: .npu),
        Case(name: "Huawei network", vendor: 0x19e5, device: 0xa222, code: 0x0200, kind: .none),
        Case(name: "an unknown accelerator", vendor: 0x1e52, device: 0xb140, code: 0x1200, kind: .accelerator),
        Case(name: "SNIA data mover", vendor: 0x1e52, device: 0xb140, code: 0x1201, kind: .none),
    ]

    @Test("functions are classified by class and known ids, never by vendor alone", arguments: cases)
    func kind(_ item: Case) throws {
        let address = try #require(PCIAddress(item.address))
        let function = PCIFunction(
            address: address, vendorID: item.vendor, deviceID: item.device, classCode: item.code,
            status: PCIFunctionStatus(driver: item.driver, power: .unknown, configuration: .notRead))
        #expect(function.kind == item.kind)
        #expect(function.isConsole == (item.kind == .none && item.code >> 8 == 3))
    }

    @Test("vendors without a short name are labelled by their id")
    func vendorLabels() {
        #expect(PCIVendor.label(0x10de) == "nvidia")
        #expect(PCIVendor.label(0x00af) == "0x00af")
    }

    @Test("addresses read back what they print, and NVML's longer form")
    func addresses() throws {
        let address = PCIAddress(domain: 0x10000, bus: 0xe1, device: 0x1f, function: 7)
        #expect(address.description == "10000:e1:1f.7")
        #expect(PCIAddress(address.description) == address)
        #expect(try #require(PCIAddress("00000000:3B:00.0")).description == "0000:3b:00.0")
        for text in [
            "", ":", "0000:00:00", "0000:00:00.", "0000:00:00.8", "0000:00:20.0", "0000:0:00.0", "x:00:00.0",
            "000000000:00:00.0", "0000:00:00.0 ", "0000:00:00.0:",
        ] {
            #expect(PCIAddress(text) == nil, "\(text)")
        }
    }
}

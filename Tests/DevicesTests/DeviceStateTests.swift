// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import PCIBus
import Testing

@testable import Devices

/// One row of the table: what the facts say, and the state that follows.
struct Judgement: CustomTestStringConvertible, Sendable {
    let name: String
    let facts: DeviceFacts
    let state: DeviceState

    var testDescription: String { name }

    init(_ name: String, _ state: DeviceState, _ facts: DeviceFacts) {
        self.name = name
        self.state = state
        self.facts = facts
    }
}

/// A GPU of NVIDIA with its driver, about which a test says the rest.
private func gpu(
    _ vendor: UInt16 = PCIVendor.nvidia, kind: ComputeKind = .gpu, device: UInt16 = 0x2335, driver: String? = "nvidia",
    power: RuntimeStatus = .active, configuration: PCIConfigurationState = .answers,
    change: (inout DeviceFacts) -> Void = { _ in }
) -> DeviceFacts {
    var facts = DeviceFacts(kind: kind, vendorID: vendor, deviceID: device)
    facts.status = PCIFunctionStatus(driver: driver, power: power, configuration: configuration)
    change(&facts)
    return facts
}

private func library(_ library: NVIDIAStatus.Library, _ condition: NVIDIAStatus.Condition? = nil)
    -> (inout DeviceFacts) -> Void
{
    { $0.nvidia = DeviceFacts.NVIDIA(library: library, condition: condition) }
}

private let table: [Judgement] = [
    Judgement("gone from the bus", .missing, gpu { $0.isPresent = false }),
    Judgement(
        "gone, whatever the library still says", .missing,
        gpu {
            $0.isPresent = false
            library(.working, .working)(&$0)
        }),
    Judgement("all ones come before the driver", .offBus, gpu(driver: "vfio-pci", configuration: .allOnes)),
    Judgement("vfio-pci", .passthrough, gpu(driver: "vfio-pci", power: .suspended)),
    Judgement("a vendor's vfio driver", .passthrough, gpu(driver: "nvgrace_gpu_vfio_pci")),
    Judgement("xen-pciback", .passthrough, gpu(driver: "xen-pciback")),
    Judgement(
        "a TPU of the fourth generation given away", .passthrough,
        gpu(
            PCIVendor.google, kind: .tpu, device: 0x005e, driver: "vfio-pci")),
    Judgement(
        "a TPU v5e works through vfio", .available,
        gpu(
            PCIVendor.google, kind: .tpu, device: 0x0063, driver: "vfio-pci")),
    Judgement(
        "a TPU v6e through xen-pciback does not", .passthrough,
        gpu(
            PCIVendor.google, kind: .tpu, device: 0x006f, driver: "xen-pciback")),
    Judgement("nouveau", .otherDriver, gpu(driver: "nouveau")),
    Judgement("nouveau asleep is nouveau", .otherDriver, gpu(driver: "nouveau", power: .suspended)),
    Judgement("no driver", .noDriver, gpu(driver: nil)),
    Judgement("no driver, and the library does not list it", .noDriver, gpu(driver: nil, change: library(.working))),
    Judgement("asleep, whatever the library says", .suspended, gpu(power: .suspended, change: library(.missing))),
    Judgement("on its way into sleep", .suspended, gpu(power: .suspending)),
    Judgement("on its way out of sleep", .available, gpu(power: .resuming)),
    Judgement("runtime power management does not handle it", .available, gpu(power: .unsupported)),
    Judgement("the kernel does not say whether it sleeps", .available, gpu(power: .unknown)),
    Judgement("it could not be put to sleep", .powerError, gpu(power: .error)),
    Judgement("that is no news of one that is lost", .lost, gpu(power: .error, change: library(.working, .lost))),
    Judgement("all ones in D3cold", .offBus, gpu(power: .active, configuration: .allOnes)),
    Judgement("library missing", .libraryMissing, gpu(change: library(.missing))),
    Judgement("versions differ", .driverMismatch, gpu(change: library(.versionMismatch))),
    Judgement("driver not loaded", .driverNotLoaded, gpu(change: library(.driverNotLoaded))),
    Judgement("library may not", .noPermission, gpu(change: library(.noPermission))),
    Judgement("this device may not be opened", .noPermission, gpu(change: library(.working, .noPermission))),
    Judgement("not enumerated", .notEnumerated, gpu(change: library(.working))),
    Judgement("lost", .lost, gpu(change: library(.working, .lost))),
    Judgement("reset required", .resetRequired, gpu(change: library(.working, .resetRequired))),
    Judgement("library stuck", .stuck, gpu(change: library(.stuck, .working))),
    Judgement("device stuck", .stuck, gpu(change: library(.working, .stuck))),
    Judgement("a read stuck", .stuck, gpu { $0.isStuck = true }),
    Judgement("recovery needed", .recoveryNeeded, gpu(change: library(.working, .recoveryNeeded))),
    Judgement("all is well", .available, gpu(change: library(.working, .working))),
    Judgement("nobody has asked the library yet", .available, gpu()),
    Judgement(
        "amdgpu with a render node", .available, gpu(PCIVendor.amd, driver: "amdgpu") { $0.hasRenderNode = true }),
    Judgement("amdgpu without one", .otherDriver, gpu(PCIVendor.amd, driver: "amdgpu") { $0.hasRenderNode = false }),
    Judgement(
        "xe asleep", .suspended, gpu(PCIVendor.intel, driver: "xe", power: .suspended) { $0.hasRenderNode = true }),
    Judgement("i915", .available, gpu(PCIVendor.intel, driver: "i915") { $0.hasRenderNode = true }),
    Judgement(
        "a Gaudi that needs a reset", .resetRequired,
        gpu(
            PCIVendor.habana, kind: .accelerator, driver: "habanalabs"
        ) { $0.health = .resetRequired }),
    Judgement(
        "an isolated accelerator", .recoveryNeeded,
        DeviceFacts(kind: .accelerator).with {
            $0.health = .recoveryNeeded
        }),
    Judgement(
        "a GPU that only the library knows", .available, DeviceFacts(kind: .gpu).with(library(.working, .working))),
    Judgement("a CPU package", .available, DeviceFacts(kind: .cpu)),
    Judgement("a CPU package that is offline", .missing, DeviceFacts(kind: .cpu).with { $0.isPresent = false }),
]

extension DeviceFacts {
    fileprivate func with(_ change: (inout DeviceFacts) -> Void) -> DeviceFacts {
        var copy = self
        change(&copy)
        return copy
    }
}

@Suite struct DeviceStateTests {
    @Test("the first rule that holds decides a device's state", arguments: table)
    func follows(row: Judgement) {
        #expect(DeviceState.following(row.facts) == row.state)
    }

    @Test("every state has a row in the table")
    func complete() {
        #expect(Set(table.map(\.state)) == Set(DeviceState.allCases))
    }

    @Test("a device can be used while it is available, sleeps or cannot be put to sleep")
    func usable() {
        #expect(DeviceState.allCases.filter(\.isAvailable) == [.suspended, .powerError, .available])
    }
}

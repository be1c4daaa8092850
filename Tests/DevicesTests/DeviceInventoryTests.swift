// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Foundation
import KernelFiles
import PCIBus
import Testing
import TreeSupport

@testable import Devices

/// An inventory over a tree, with a reader that counts scrapes.
private struct Bench: ~Copyable {
    let inventory: DeviceInventory
    var reader = KernelFileReader(budget: DescriptorBudget(limit: 16, keeping: .anywhere))
    var scrape: UInt64 = 0

    init(_ tree: HostTree, _ options: DeviceOptions = DeviceOptions()) {
        inventory = DeviceInventory(roots: tree.roots, options: options, isPatient: false)
    }

    mutating func look() throws -> DeviceSnapshot {
        scrape += 1
        reader.beginCollection(scrape: scrape)
        for item in inventory.list(from: &reader) { item.read(step: 0, from: &reader) }
        return try inventory.snapshot()
    }

    /// `device=state` of everything that is no CPU.
    mutating func states() throws -> [String] {
        try look().devices.filter { $0.kind != .cpu }.map { "\($0.id)=\($0.state.rawValue)" }
    }
}

private func options(_ tree: HostTree, _ change: (inout DeviceOptions) -> Void = { _ in }) -> DeviceOptions {
    var options = DeviceOptions()
    options.stateFolder = tree.state
    change(&options)
    return options
}

@Suite struct DeviceInventoryTests {
    @Test("CPU packages are listed with what they are, and one without an online CPU is missing")
    func packages() throws {
        let tree = HostTree.computer(cpus: 4)
        tree.write("sys/devices/system/node/node0/cpulist", "0,2\n")
        tree.write("sys/devices/system/node/node1/cpulist", "1,3\n")
        var bench = Bench(tree)
        let first = try bench.look().devices
        #expect(first.map(\.id) == ["cpu:0", "cpu:1"])
        #expect(first.map(\.numaNode) == [0, 1])
        #expect(first[0].vendor == "intel")
        #expect(first[0].model == "Imaginary CPU @ 2.00GHz")
        tree.write("sys/devices/system/cpu/online", "0,2\n")
        let second = try bench.look().devices
        #expect(second.map(\.state) == [.available, .missing])
        #expect(second[1].previousState == .available)
        #expect(second[1].stateChanges == 1)
        tree.write("sys/devices/system/cpu/online", "0-3\n")
        #expect(try bench.look().devices.map(\.state) == [.available, .available])
    }

    @Test("a device's state follows its driver, its power and its place on the bus")
    func states() throws {
        let tree = HostTree.computer()
        tree.function("0000:65:00.0", "0x10de", "0x2335", driver: "nvidia")
        tree.function("0000:66:00.0", "0x10de", "0x2335")
        tree.function("0000:67:00.0", "0x1002", "0x744c", driver: "amdgpu", render: "renderD128")
        tree.function("0000:68:00.0", "0x10de", "0x2335", driver: "nvidia", answers: false)
        var bench = Bench(tree)
        #expect(
            try bench.states() == [
                "0000:65:00.0=available", "0000:66:00.0=no_driver", "0000:67:00.0=available", "0000:68:00.0=off_bus",
            ])
        #expect(try bench.look().devices.first { $0.id == "0000:65:00.0" }?.model == "GH100 [H200 SXM 141GB]")
        tree.bind("0000:66:00.0", to: "vfio-pci")
        tree.write("sys/devices/pci0000:00/0000:65:00.0/power/runtime_status", "suspended\n")
        tree.remove("sys/devices/pci0000:00/0000:67:00.0/drm/renderD128")
        tree.vanish("0000:68:00.0")
        #expect(
            try bench.states() == [
                "0000:65:00.0=suspended", "0000:66:00.0=passthrough", "0000:67:00.0=other_driver",
                "0000:68:00.0=missing",
            ])
        tree.function("0000:68:00.0", "0x10de", "0x2335", driver: "nvidia")
        #expect(try bench.states().last == "0000:68:00.0=available")
        #expect(try bench.look().devices.last?.stateChanges == 2)
    }

    @Test("network, storage and display functions are no compute devices")
    func bystanders() throws {
        let tree = HostTree.computer()
        tree.function("0000:00:04.0", "0x1ae0", "0x0042", class: "0x020000", driver: "gve")
        tree.function("0000:00:05.0", "0x1ae0", "0x001f", class: "0x010802", driver: "nvme")
        tree.function("0000:00:06.0", "0x1d0f", "0xec20", class: "0x020000", driver: "ena")
        tree.function("0000:00:07.0", "0x1d0f", "0xcd01", class: "0x010802", driver: "nvme")
        tree.function("0000:00:08.0", "0x1a03", "0x2000", class: "0x030000", driver: "ast")
        tree.function("0000:00:09.0", "0x1af4", "0x1050", class: "0x038000", driver: "virtio-pci")
        var bench = Bench(tree)
        #expect(try bench.states() == [])
        #expect(try bench.look().availability(of: .tpu) == nil)
        #expect(try bench.look().availability(of: .gpu) == nil)
    }

    @Test("the console of a server is no GPU, and one that was taken for a GPU is not missed")
    func consoles() throws {
        let tree = HostTree.computer()
        tree.function("0000:02:00.0", "0x1002", "0x515e", class: "0x030000", driver: "radeon")
        tree.function("0000:03:00.0", "0x1a03", "0x2000", class: "0x030000", driver: "ast")
        tree.write(
            "state/devices.seen",
            """
            most gpu 2
            device gpu 0000:02:00.0 1700000000 amd ES1000
            device gpu 0000:03:00.0 1700000000 nvidia A card that went, whose place a console has now

            """)
        var bench = Bench(tree, options(tree))
        #expect(try bench.states() == ["0000:03:00.0=missing"])
        let snapshot = try bench.look()
        #expect(snapshot.expected(.gpu) == 1)
    }

    @Test("the library's word is joined by address, and its GPUs keep their numbers")
    func library() throws {
        let tree = HostTree.computer()
        tree.function("0000:65:00.0", "0x10de", "0x2335", driver: "nvidia")
        tree.function("0000:66:00.0", "0x10de", "0x2335", driver: "nvidia")
        tree.function("0000:67:00.0", "0x1002", "0x744c", driver: "amdgpu", render: "renderD128")
        var bench = Bench(tree)
        let one = try #require(PCIAddress("00000000:65:00.0"))
        let two = try #require(PCIAddress("00000000:66:00.0"))
        #expect(try bench.look().devices.last?.gpuID == 2)
        bench.inventory.update(nvidia: NVIDIAStatus(library: .missing))
        #expect(try bench.states().prefix(2) == ["0000:65:00.0=library_missing", "0000:66:00.0=library_missing"])
        bench.inventory.update(
            nvidia: NVIDIAStatus(
                library: .working, libraryVersion: "570.1", moduleVersion: "570.1",
                gpus: [.init(address: one, index: 1, uuid: "GPU-1"), .init(address: two, index: 0, condition: .lost)]))
        let snapshot = try bench.look()
        #expect(snapshot.devices.filter { $0.kind == .gpu }.map(\.gpuID) == [1, 0, 2])
        #expect(snapshot.devices.filter { $0.kind == .gpu }.map(\.state) == [.available, .lost, .available])
        #expect(snapshot.devices.first { $0.gpuID == 1 }?.uuid == "GPU-1")
        bench.inventory.update(nvidia: NVIDIAStatus(library: .working, gpus: [.init(address: two, index: 0)]))
        #expect(try bench.states().prefix(2) == ["0000:65:00.0=not_enumerated", "0000:66:00.0=available"])
        #expect(bench.inventory.gpuID(of: one.description) == 1)
        bench.inventory.update(nvidia: nil)
        bench.inventory.update(stuck: ["0000:67:00.0"])
        #expect(
            try bench.states() == [
                "0000:65:00.0=available", "0000:66:00.0=available", "0000:67:00.0=stuck",
            ])
    }

    @Test("a GPU that only the library knows is available, and gone when the library drops it")
    func sandbox() throws {
        let tree = HostTree.computer()
        tree.remove("sys/bus")
        var bench = Bench(tree)
        let address = try #require(PCIAddress("0000:01:00.0"))
        bench.inventory.update(nvidia: NVIDIAStatus(library: .working, gpus: [.init(address: address, index: 0)]))
        #expect(try bench.states() == ["0000:01:00.0=available"])
        #expect(try bench.look().busAbsence != nil)
        bench.inventory.update(nvidia: NVIDIAStatus(library: .working))
        #expect(try bench.states() == ["0000:01:00.0=missing"])
    }

    @Test("a device that is gone after a restart is missed until it is forgotten")
    func memory() throws {
        let tree = HostTree.computer()
        tree.function("0000:65:00.0", "0x10de", "0x2335", driver: "nvidia")
        tree.function("0000:66:00.0", "0x10de", "0x2335", driver: "nvidia")
        do {
            var bench = Bench(tree, options(tree))
            #expect(try bench.look().expected(.gpu) == 2)
        }
        tree.vanish("0000:66:00.0")
        let before = tree.read("state/devices.seen")
        do {
            var once = Bench(tree, options(tree) { $0.isReadOnly = true })
            #expect(try once.states() == ["0000:65:00.0=available", "0000:66:00.0=missing"])
            #expect(tree.read("state/devices.seen") == before)
        }
        var bench = Bench(tree, options(tree))
        let snapshot = try bench.look()
        #expect(snapshot.count(.gpu, in: .missing) == 1)
        #expect(snapshot.expected(.gpu) == 2)
        #expect(snapshot.devices.last?.model == "GH100 [H200 SXM 141GB]")
        #expect(snapshot.devices.last?.previousState == nil)
        #expect(try DeviceMemory.forget(["0000:66:00.0"], in: tree.state) == 1)
        let after = try bench.look()
        #expect(after.devices.filter { $0.kind == .gpu }.count == 1)
        #expect(after.expected(.gpu) == 1)
        #expect(try DeviceMemory.forget([], in: tree.state) == 3)
        #expect(try bench.look().expected(.gpu) == 1)
    }

    @Test("without a state folder nothing is expected, and a device that goes is missing all the same")
    func withoutMemory() throws {
        let tree = HostTree.computer()
        tree.function("0000:65:00.0", "0x10de", "0x2335", driver: "nvidia")
        var bench = Bench(tree)
        #expect(try bench.look().expected(.gpu) == nil)
        tree.vanish("0000:65:00.0")
        #expect(try bench.states() == ["0000:65:00.0=missing"])
        #expect(try bench.look().availability(of: .gpu) == false)
    }

    @Test("garbage in the state folder is passed over, and a folder that cannot be written is a problem, not an end")
    func garbage() throws {
        let tree = HostTree.computer()
        tree.function("0000:65:00.0", "0x10de", "0x2335", driver: "nvidia")
        tree.write(
            "state/devices.seen",
            Array(
                "\u{0}\u{1}\nmost gpu 99999999999\nmost gpu -1\nmost tpu 4\ndevice\ndevice gpu\ndevice gpu x y\n".utf8)
                + [0xff, 0xfe, 0x0a] + Array("device gpu 0000:70:00.0 1700000000 nvidia Old Card".utf8))
        var bench = Bench(tree, options(tree))
        #expect(try bench.states() == ["0000:65:00.0=available", "0000:70:00.0=missing"])
        #expect(try bench.look().expected(.tpu) == 4)
        #expect(try bench.look().lastSeenSeconds(bench.look().devices[3]) == 1_700_000_000)
        #expect(try bench.look().availability(of: .tpu) == false)
        var broken = Bench(tree, options(tree) { $0.stateFolder = tree.root + "/nowhere" })
        #expect(try broken.look().problems.count == 1)
        #expect(try broken.states() == ["0000:65:00.0=available"])
    }

    @Test("what is declared counts before what was learned, and what never came is missing")
    func declared() throws {
        let tree = HostTree.computer()
        tree.function("0000:65:00.0", "0x10de", "0x2335", driver: "nvidia")
        var bench = Bench(
            tree,
            options(tree) {
                $0.expected = [.gpu: 8, .tpu: 1]
                $0.preferred = [.npu]
            })
        let snapshot = try bench.look()
        #expect(snapshot.count(.gpu, in: .missing) == 7)
        #expect(snapshot.availability(of: .gpu) == true)
        #expect(snapshot.availability(of: .tpu) == false)
        #expect(snapshot.availability(of: .npu) == false)
        #expect(snapshot.availability(of: .accelerator) == nil)
        #expect(snapshot.preferredKind == .npu)
    }

    @Test("accelerators come from their classes, joined by address where there is one")
    func accelerators() throws {
        let tree = HostTree.computer()
        tree.function("0000:00:0b.0", "0x8086", "0x7d1d", class: "0x120000", driver: "intel_vpu")
        tree.make("sys/devices/pci0000:00/0000:00:0b.0/accel/accel0")
        tree.link("sys/devices/pci0000:00/0000:00:0b.0/accel/accel0/device", to: "../..")
        tree.link("sys/class/accel/accel0", to: "../../devices/pci0000:00/0000:00:0b.0/accel/accel0")
        tree.make("sys/devices/platform/fdab0000.npu/accel/accel1")
        tree.make("sys/bus/platform/drivers/rocket")
        tree.link("sys/devices/platform/fdab0000.npu/driver", to: "../../../bus/platform/drivers/rocket")
        tree.link("sys/devices/platform/fdab0000.npu/accel/accel1/device", to: "../..")
        tree.link("sys/class/accel/accel1", to: "../../devices/platform/fdab0000.npu/accel/accel1")
        tree.write("sys/class/uacce/hisi_zip-0/isolate", "1\n")
        tree.make("sys/devices/virtual/neuron_device/neuron0")
        var bench = Bench(tree)
        #expect(
            try bench.states() == [
                "0000:00:0b.0=available", "accel1=available", "neuron0=available", "hisi_zip-0=recovery_needed",
            ])
        let devices = try bench.look().devices.filter { $0.kind != .cpu }
        #expect(devices.map(\.kind) == [.npu, .npu, .accelerator, .accelerator])
        #expect(devices.map(\.vendor) == ["intel", "rockchip", "amazon", ""])
        #expect(devices[0].accelerator?.name == "accel0")
    }

    @Test("a host without anything has no devices")
    func nothing() throws {
        let tree = HostTree.computer(cpus: 0)
        tree.remove("sys")
        var bench = Bench(tree)
        let snapshot = try bench.look()
        #expect(snapshot.devices.isEmpty)
        #expect(snapshot.preferredKind == nil)
    }

    @Test("flags are checked", arguments: ["gpu", "gpu:", "gpu:-1", "gpu:9999", "disk:1", "gpu:1:2", ":3"])
    func badFlags(text: String) {
        #expect(throws: ConfigurationError.self) {
            try DeviceOptions(Options(given: ["device.expected": [text]]))
        }
        #expect(throws: ConfigurationError.self) {
            try DeviceOptions(Options(given: ["device.preferred": [text + ","]]))
        }
    }
}

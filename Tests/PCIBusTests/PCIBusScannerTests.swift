// SPDX-License-Identifier: Apache-2.0

import Glibc
import PCIBus
import Testing
import TreeSupport

@Suite(.serialized)
struct PCIBusScannerTests {
    @Test("a typical bus is read with identity, driver, node and group, in the order of addresses")
    func typical() throws {
        let tree = HostTree.pciBus()
        tree.function(
            "0000:65:00.0", 0x10de, 0x2335, class: 0x030200, driver: "nvidia", config: answering, power: "active",
            group: 7)
        tree.function("0000:00:1f.0", 0x8086, 0x7a84, class: 0x060100)
        tree.function("10000:e1:00.0", 0x144d, 0xa80a, class: 0x010802, driver: "nvme")
        var scanner = try PCIBusScanner(path: tree.bus)
        let functions = try scanner.scan()
        #expect(functions.map(\.address.description) == ["0000:00:1f.0", "0000:65:00.0", "10000:e1:00.0"])
        let gpu = functions[1]
        #expect(gpu.vendorID == 0x10de && gpu.deviceID == 0x2335 && gpu.classCode == 0x0302)
        #expect(gpu.subsystemVendorID == 0x1028 && gpu.subsystemDeviceID == 1 && gpu.revision == 0xa1)
        #expect(gpu.numaNode == 1 && gpu.iommuGroup == 7 && !gpu.isVirtualFunction)
        #expect(gpu.status == PCIFunctionStatus(driver: "nvidia", power: .active, configuration: .answers))
        #expect(gpu.kind == .gpu)
        #expect(functions[0].status == PCIFunctionStatus(driver: nil, power: .unknown, configuration: .notRead))
        #expect(functions[0].iommuGroup == nil)
        #expect(scanner.lostFunctions == 0 && scanner.misnamedEntries == 0)
    }

    @Test("the bus below a sysfs mount is found")
    func mount() throws {
        let tree = HostTree.pciBus()
        tree.function("0000:00:02.0", 0x8086, 0x9a49, class: 0x030000, driver: "i915")
        var scanner = try PCIBusScanner(sysfsPath: tree.root)
        #expect(try scanner.scan().map(\.kind) == [.gpu])
    }

    @Test(
        "drivers tell who has the device",
        arguments: [
            ("vfio-pci", true), ("nvgrace-gpu-vfio-pci", true), ("vfio_pci_core", true), ("pciback", true),
            ("nouveau", false), ("nvidia", false),
        ])
    func drivers(driver: String, passthrough: Bool) throws {
        let tree = HostTree.pciBus()
        tree.function("0000:65:00.0", 0x10de, 0x2335, class: 0x030200, driver: driver)
        var scanner = try PCIBusScanner(path: tree.bus)
        let status = try #require(try scanner.scan().first).status
        #expect(status.driver == driver && status.isDriverForPassthrough == passthrough)
    }

    @Test("a configuration space of ones is seen, of a sleeping function it is not read")
    func configuration() throws {
        let tree = HostTree.pciBus()
        tree.function("0000:01:00.0", 0x10de, 0x2335, class: 0x030200, config: allOnes, power: "active")
        tree.function("0000:02:00.0", 0x10de, 0x2335, class: 0x030200, config: allOnes, power: "suspended")
        tree.function("0000:03:00.0", 0x10de, 0x2335, class: 0x030200, config: allOnes, power: "resuming")
        tree.function("0000:04:00.0", 0x10de, 0x2335, class: 0x030200, config: allOnes, power: "unsupported")
        tree.function("0000:05:00.0", 0x10de, 0x2335, class: 0x030200, config: [0xff, 0xff])
        tree.function("0000:06:00.0", 0x10de, 0x2335, class: 0x030200, config: allOnes)
        // A card that died: nobody put it to sleep, and the kernel finds it without power.
        tree.write("devices/pci0000:00/0000:06:00.0/power_state", "D3cold\n")
        tree.function("0000:07:00.0", 0x10de, 0x2335, class: 0x030200, config: allOnes, power: "suspending")
        var scanner = try PCIBusScanner(path: tree.bus)
        #expect(
            try scanner.scan().map(\.status.configuration)
                == [.allOnes, .notRead, .notRead, .allOnes, .notRead, .allOnes, .notRead])
        let address = try #require(PCIAddress("0000:02:00.0"))
        #expect(scanner.status(of: address)?.power == .suspended)
    }

    @Test("a virtual function, whose identity registers are ones, has not fallen off the bus and is no device")
    func virtualFunction() throws {
        let tree = HostTree.pciBus()
        tree.function("0000:01:00.0", 0x10de, 0x20b5, class: 0x030200, driver: "nvidia", config: answering)
        tree.function(
            "0000:01:00.4", 0x10de, 0x20b5, class: 0x030200, driver: "nvidia",
            config: [0xff, 0xff, 0xff, 0xff, 0, 0, 0x10, 0] + [UInt8](repeating: 0, count: 56), physical: "0000:01:00.0"
        )
        var scanner = try PCIBusScanner(path: tree.bus)
        let functions = try scanner.scan()
        #expect(functions.map(\.status.configuration) == [.answers, .notRead])
        #expect(scanner.status(of: functions[1].address)?.configuration == .answers)
        #expect(functions.map(\.isVirtualFunction) == [false, true])
        #expect(functions.map(\.kind) == [.gpu, .none])
    }

    @Test("a function that loses its vendor file loses only itself")
    func vendorMissing() throws {
        let tree = HostTree.pciBus()
        tree.function("0000:01:00.0", 0x10de, 0x2335, class: 0x030200, omitting: ["vendor"])
        tree.function("0000:02:00.0", 0x10de, 0x2335, class: 0x030200, driver: "nvidia")
        tree.function("0000:03:00.0", 0x10de, 0x2335, class: 0x030200, omitting: ["class"])
        tree.function("0000:04:00.0", 0x10de, 0x2335, class: 0x030200)
        // Unplugged between the directory's listing and the reading: the link leads nowhere.
        tree.remove("devices/pci0000:00/0000:04:00.0")
        var scanner = try PCIBusScanner(path: tree.bus)
        #expect(try scanner.scan().map(\.address.description) == ["0000:02:00.0"])
        #expect(scanner.lostFunctions == 2)
        #expect(scanner.lostReason?.contains("Cannot open") == true)
    }

    @Test("a function without the optional files is read all the same")
    func sparse() throws {
        let tree = HostTree.pciBus()
        tree.function(
            "0000:01:00.0", 0x10de, 0x2335, class: 0x030200, config: answering,
            omitting: ["subsystem_vendor", "subsystem_device", "revision", "numa_node"])
        var scanner = try PCIBusScanner(path: tree.bus)
        let function = try #require(try scanner.scan().first)
        #expect(function.subsystemVendorID == nil && function.revision == nil && function.numaNode == nil)
    }

    @Test(
        "entries whose names are no addresses are counted and left alone",
        arguments: [
            "nonsense", "0000:01:00", "0000:01:20.0", "0000:01:00.8", "0000:01:00.0x", "ffffffff:00:00.0",
            "0000:0A:00.0", "+001:01:00.0", "00000:01:00.0",
        ])
    func misnamed(name: String) throws {
        let tree = HostTree.pciBus()
        tree.function("0000:02:00.0", 0x10de, 0x2335, class: 0x030200)
        tree.make("bus/pci/devices/\(name)")
        var scanner = try PCIBusScanner(path: tree.bus)
        #expect(try scanner.scan().count == 1)
        #expect(scanner.misnamedEntries == 1 && scanner.lostFunctions == 0)
    }

    @Test("an empty bus is empty, a missing one absent, also while it comes and goes")
    func absence() throws {
        let tree = HostTree.pciBus()
        var scanner = try PCIBusScanner(path: tree.bus)
        #expect(try scanner.scan().isEmpty)
        let empty = scanner.changeToken()
        tree.remove("bus/pci/devices")
        #expect(throws: PCIBusError.absent(path: tree.bus)) { try scanner.scan() }
        #expect(scanner.changeToken() == nil)
        tree.make("bus/pci/devices")
        #expect(try scanner.scan().isEmpty)
        #expect(empty != nil && scanner.changeToken() == empty)
        tree.remove("bus/pci/devices")
        tree.write("bus/pci/devices", [])
        #expect(throws: PCIBusError.absent(path: tree.bus)) { try scanner.scan() }
    }

    @Test("a path longer than libpci takes is an error, not an end")
    func longPath() throws {
        let tree = HostTree.pciBus()
        tree.function("0000:02:00.0", 0x10de, 0x2335, class: 0x030200)
        let path = tree.bus + String(repeating: "/.", count: 600)
        var scanner = try PCIBusScanner(path: path)
        #expect(try scanner.scan().isEmpty)
        #expect(scanner.lostFunctions == 1)
    }

    @Test("the token changes with functions and with drivers of compute devices only")
    func token() throws {
        let tree = HostTree.pciBus()
        tree.function("0000:01:00.0", 0x10de, 0x2335, class: 0x030200, driver: "nvidia")
        tree.function("0000:02:00.0", 0x8086, 1, class: 0x020000, driver: "igb")
        var scanner = try PCIBusScanner(path: tree.bus)
        _ = try scanner.scan()
        let first = scanner.changeToken()
        #expect(first != nil && scanner.changeToken() == first)
        tree.bind("0000:02:00.0", to: "vfio-pci")
        #expect(scanner.changeToken() == first)
        tree.bind("0000:01:00.0", to: "vfio-pci")
        let second = scanner.changeToken()
        #expect(second != first)
        tree.bind("0000:01:00.0", to: nil)
        #expect(scanner.changeToken() != second)
        tree.bind("0000:01:00.0", to: "nvidia")
        #expect(scanner.changeToken() == first)
        tree.function("0000:03:00.0", 0x10de, 0x2335, class: 0x030200)
        #expect(scanner.changeToken() != first)
    }

    @Test("the status of a function follows its driver, and is nil once it is gone")
    func status() throws {
        let tree = HostTree.pciBus()
        tree.function(
            "0000:01:00.0", 0x10de, 0x2335, class: 0x030200, driver: "nvidia", config: answering, power: "active")
        let scanner = try PCIBusScanner(path: tree.bus)
        let address = try #require(PCIAddress("0000:01:00.0"))
        #expect(
            scanner.status(of: address)
                == PCIFunctionStatus(driver: "nvidia", power: .active, configuration: .answers))
        tree.bind("0000:01:00.0", to: "nouveau")
        #expect(scanner.status(of: address)?.driver == "nouveau")
        tree.remove("devices/pci0000:00/0000:01:00.0")
        #expect(scanner.status(of: address) == nil)
    }

    @Test("names come from the given pci.ids")
    func names() throws {
        let tree = HostTree.pciBus()
        tree.function("0000:01:00.0", 0x10de, 0x2335, class: 0x030200)
        tree.write("pci.ids", "10de  Green Maker\n\t2335  H200 [Hot]\n")
        var scanner = try PCIBusScanner(path: tree.bus, identifiersPath: tree.root + "/pci.ids")
        var functions = try scanner.scan()
        functions.append(functions[0])
        functions[1].deviceID = 1
        for _ in 0..<3 {
            #expect(
                scanner.names(of: functions) == [
                    PCINames(vendor: "Green Maker", device: "H200 [Hot]"),
                    PCINames(vendor: "Green Maker", device: nil),
                ])
        }
    }

    @Test("a missing or broken pci.ids means no names", arguments: [nil, "10de  Maker\nno such line\n\t\t\tx\n"])
    func brokenNames(content: String?) throws {
        let tree = HostTree.pciBus()
        tree.function("0000:01:00.0", 0x10de, 0x2335, class: 0x030200)
        if let content { tree.write("pci.ids", content) }
        var scanner = try PCIBusScanner(path: tree.bus, identifiersPath: tree.root + "/pci.ids")
        let functions = try scanner.scan()
        for _ in 0..<100 {
            #expect(scanner.names(of: functions) == [PCINames(vendor: nil, device: nil)])
        }
        #expect(tree.openDescriptors() <= 1)
    }

    @Test("500 scans that fail in parts leak neither descriptors nor memory")
    func noLeaks() throws {
        let tree = HostTree.pciBus()
        tree.function("0000:01:00.0", 0x10de, 0x2335, class: 0x030200, omitting: ["vendor"])
        tree.function("0000:02:00.0", 0x10de, 0x2335, class: 0x030200, driver: "nvidia", config: answering, group: 3)
        tree.make("bus/pci/devices/nonsense")
        var scanner = try PCIBusScanner(path: tree.bus)
        for _ in 0..<50 { _ = try scanner.scan() }
        let memory = residentBytes()
        for _ in 0..<500 {
            _ = try scanner.scan()
            _ = scanner.changeToken()
        }
        #expect(tree.openDescriptors() == 0)
        #expect(keepsFreedMemory || residentBytes() - memory < 8 << 20)
        for _ in 0..<500 { _ = try PCIBusScanner(path: tree.root + "/absent").changeToken() }
        #expect(tree.openDescriptors() == 0)
        #expect(keepsFreedMemory || residentBytes() - memory < 8 << 20)
    }

    @Test("1,000 functions are read in one scan")
    func thousand() throws {
        let tree = HostTree.pciBus()
        for index in 0..<1000 {
            let address = PCIAddress(
                domain: 0, bus: UInt8(index / 256), device: UInt8(index / 8 % 32), function: UInt8(index % 8))
            tree.function(
                "\(address)", 0x10de, 0x2335, class: 0x030200, driver: "nvidia", config: answering, power: "active")
        }
        var scanner = try PCIBusScanner(path: tree.bus)
        let clock = ContinuousClock()
        var functions: [PCIFunction] = []
        let first = try clock.measure { functions = try scanner.scan() }
        let second = try clock.measure { functions = try scanner.scan() }
        let token = clock.measure { _ = scanner.changeToken() }
        #expect(functions.count == 1000 && Set(functions.map(\.address)).count == 1000)
        #expect(functions.allSatisfy { $0.status.configuration == .answers && $0.kind == .gpu })
        print("1,000 functions: first scan \(first), second \(second), token \(token)")
        #expect(second < .seconds(2))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc
import TreeSupport

/// A sysfs with a PCI bus, linked as the kernel links it; the tree's root is the sysfs.
extension HostTree {
    static func pciBus() -> HostTree {
        // A thousand functions are ten thousand files: seconds on a busy disk, nothing in memory.
        let tree = HostTree(inMemory: true)
        for folder in ["bus/pci/devices", "bus/pci/drivers", "devices/pci0000:00"] { tree.make(folder) }
        return tree
    }

    var bus: String { path("bus/pci") }

    func function(
        _ name: String, _ vendor: UInt16, _ device: UInt16, class code: UInt32, driver: String? = nil,
        config: [UInt8]? = nil, power: String? = nil, group: Int? = nil, physical: String? = nil,
        omitting: Set<String> = []
    ) {
        let folder = "devices/pci0000:00/\(name)"
        make(folder)
        let attributes: [(String, String)] = [
            ("vendor", hexadecimal(UInt32(vendor), 4)), ("device", hexadecimal(UInt32(device), 4)),
            ("class", hexadecimal(code, 6)), ("subsystem_vendor", "0x1028"), ("subsystem_device", "0x0001"),
            ("revision", "0xa1"), ("numa_node", "1"),
        ]
        for (file, value) in attributes where !omitting.contains(file) {
            write("\(folder)/\(file)", value + "\n")
        }
        if let config { write("\(folder)/config", config) }
        if let power {
            write("\(folder)/power/runtime_status", power + "\n")
        }
        if let driver { bind(name, to: driver) }
        if let group {
            make("kernel/iommu_groups/\(group)")
            link("\(folder)/iommu_group", to: "../../../kernel/iommu_groups/\(group)")
        }
        if let physical { link("\(folder)/physfn", to: "../\(physical)") }
        link("bus/pci/devices/\(name)", to: "../../../\(folder)")
    }

    func bind(_ name: String, to driver: String?) {
        let path = "devices/pci0000:00/\(name)/driver"
        if exists(path) { remove(path) }
        guard let driver else { return }
        make("bus/pci/drivers/\(driver)")
        link(path, to: "../../../bus/pci/drivers/\(driver)")
    }

    /// How many descriptors of this process are open in this tree; other tests open theirs meanwhile.
    func openDescriptors() -> Int {
        guard let directory = opendir("/proc/self/fd") else { return -1 }
        defer { closedir(directory) }
        var count = 0
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            var target = [CChar](repeating: 0, count: 4096)
            let length = readlink("/proc/self/fd/\(name)", &target, target.count)
            let path = target.prefix(max(0, length)).map { UInt8(bitPattern: $0) }
            if path.starts(with: Array(root.utf8)) { count += 1 }
        }
        return count
    }

    private func hexadecimal(_ value: UInt32, _ width: Int) -> String {
        let digits = String(value, radix: 16)
        return "0x" + String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

/// The head of a configuration space that answers.
let answering: [UInt8] = [0xde, 0x10, 0x35, 0x23, 0x06, 0x04, 0x10, 0x00] + [UInt8](repeating: 0, count: 56)

/// What a function that fell off the bus reads as.
let allOnes = [UInt8](repeating: 0xff, count: 64)

/// Whether a sanitizer holds back what is freed, so that resident memory tells nothing.
let keepsFreedMemory = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil

/// Resident memory of this process, in bytes.
func residentBytes() -> Int {
    let descriptor = open("/proc/self/statm", O_RDONLY)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 128)
    let count = max(0, read(descriptor, &bytes, bytes.count))
    let fields = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
}

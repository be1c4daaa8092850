// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A sysfs with a PCI bus in a temporary folder, linked as the kernel links it.
final class PCITree {
    let root: String

    init() {
        // A thousand functions are ten thousand files: seconds on a busy disk, nothing in memory.
        let parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(parent)/pci-tree-XXXXXX".utf8CString)
        root = mkdtemp(&template).map { String(cString: $0) } ?? "/nonexistent"
        for folder in ["bus", "bus/pci", "bus/pci/devices", "bus/pci/drivers", "devices", "devices/pci0000:00"] {
            make(folder)
        }
    }

    deinit { remove("") }

    var bus: String { root + "/bus/pci" }

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
            write("\(folder)/\(file)", Array((value + "\n").utf8))
        }
        if let config { write("\(folder)/config", config) }
        if let power {
            make("\(folder)/power")
            write("\(folder)/power/runtime_status", Array((power + "\n").utf8))
        }
        if let driver { bind(name, to: driver) }
        if let group {
            make("kernel")
            make("kernel/iommu_groups")
            make("kernel/iommu_groups/\(group)")
            symlink("../../../kernel/iommu_groups/\(group)", "\(root)/\(folder)/iommu_group")
        }
        if let physical { symlink("../\(physical)", "\(root)/\(folder)/physfn") }
        symlink("../../../\(folder)", "\(bus)/devices/\(name)")
    }

    func bind(_ name: String, to driver: String?) {
        let link = "\(root)/devices/pci0000:00/\(name)/driver"
        unlink(link)
        guard let driver else { return }
        make("bus/pci/drivers/\(driver)")
        symlink("../../../bus/pci/drivers/\(driver)", link)
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

    func make(_ folder: String) { mkdir("\(root)/\(folder)", 0o755) }

    func write(_ file: String, _ bytes: [UInt8]) {
        let descriptor = open("\(root)/\(file)", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        _ = Glibc.write(descriptor, bytes, bytes.count)
        close(descriptor)
    }

    func remove(_ path: String) { Self.removeTree("\(root)/\(path)") }

    private static func removeTree(_ path: String) {
        // A folder refuses to be unlinked; what is no folder is gone after this.
        if unlink(path) == 0 { return }
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != "." && name != ".." { removeTree("\(path)/\(name)") }
            }
            closedir(directory)
        }
        rmdir(path)
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

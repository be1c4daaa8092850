// SPDX-License-Identifier: Apache-2.0

import Foundation
import KernelFiles

/// A sysfs and a procfs in a temporary folder, linked as the kernel links them.
final class HostTree {
    let root: String

    init(cpus: Int = 2) {
        root = NSTemporaryDirectory() + "host-tree-" + UUID().uuidString
        make("sys/bus/pci/devices")
        make("state")
        guard cpus > 0 else { return }
        write("proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Imaginary CPU @ 2.00GHz\n")
        write("sys/devices/system/cpu/online", cpus == 1 ? "0\n" : "0-\(cpus - 1)\n")
        for cpu in 0..<cpus { write("sys/devices/system/cpu/cpu\(cpu)/topology/physical_package_id", "\(cpu % 2)\n") }
        // A small pci.ids of our own, so that names do not depend on the machine.
        write("root/usr/share/misc/pci.ids", "10de  NVIDIA Corporation\n\t2335  GH100 [H200 SXM 141GB]\n")
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    var roots: Roots {
        Roots(procfs: root + "/proc", sysfs: root + "/sys", rootfs: root + "/root", udevData: root + "/udev")
    }

    var state: String { root + "/state" }

    func make(_ folder: String) {
        try? FileManager.default.createDirectory(atPath: root + "/" + folder, withIntermediateDirectories: true)
    }

    func write(_ file: String, _ text: String) { write(file, Data(text.utf8)) }

    func write(_ file: String, _ data: Data) {
        make((file as NSString).deletingLastPathComponent)
        // In place, as the kernel does: kept descriptors see the new content.
        guard let stream = fopen(root + "/" + file, "w") else { return }
        data.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, stream) }
        fclose(stream)
    }

    func read(_ file: String) -> String { (try? String(contentsOfFile: root + "/" + file, encoding: .utf8)) ?? "" }

    func remove(_ path: String) { try? FileManager.default.removeItem(atPath: root + "/" + path) }

    func link(_ path: String, to target: String) {
        remove(path)
        make((path as NSString).deletingLastPathComponent)
        try? FileManager.default.createSymbolicLink(atPath: root + "/" + path, withDestinationPath: target)
    }

    /// Adds a PCI function; `answers` false gives a configuration space of all ones.
    func function(
        _ address: String, _ vendor: String, _ device: String, class code: String = "0x030200", driver: String? = nil,
        power: String = "active", answers: Bool = true, render: String? = nil
    ) {
        let folder = "sys/devices/pci0000:00/" + address
        for (file, value) in [
            ("vendor", vendor), ("device", device), ("class", code), ("power/runtime_status", power),
            ("numa_node", "1"),
        ] { write(folder + "/" + file, value + "\n") }
        write(folder + "/config", Data(repeating: answers ? 0x10 : 0xff, count: 64))
        if let render {
            make(folder + "/drm/" + render)
            make(folder + "/drm/card0")
            make(folder + "/drm/card0-DP-1")
        }
        bind(address, to: driver)
        link("sys/bus/pci/devices/" + address, to: "../../../devices/pci0000:00/" + address)
    }

    func bind(_ address: String, to driver: String?) {
        let path = "sys/devices/pci0000:00/\(address)/driver"
        remove(path)
        guard let driver else { return }
        make("sys/bus/pci/drivers/" + driver)
        link(path, to: "../../../bus/pci/drivers/" + driver)
    }

    func vanish(_ address: String) {
        remove("sys/bus/pci/devices/" + address)
        remove("sys/devices/pci0000:00/" + address)
    }
}

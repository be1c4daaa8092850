// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import TreeSupport

/// A host with a PCI bus, linked as the kernel links it.
extension HostTree {
    static func computer(cpus: Int = 2) -> HostTree {
        let tree = HostTree()
        tree.make("sys/bus/pci/devices")
        tree.make("state")
        guard cpus > 0 else { return tree }
        tree.write(
            "proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Imaginary CPU @ 2.00GHz\n")
        tree.write("sys/devices/system/cpu/online", cpus == 1 ? "0\n" : "0-\(cpus - 1)\n")
        for cpu in 0..<cpus {
            tree.write("sys/devices/system/cpu/cpu\(cpu)/topology/physical_package_id", "\(cpu % 2)\n")
        }
        // A small pci.ids of our own, so that names do not depend on the machine.
        tree.write("root/usr/share/misc/pci.ids", "10de  NVIDIA Corporation\n\t2335  GH100 [H200 SXM 141GB]\n")
        return tree
    }

    var roots: Roots {
        Roots(procfs: procfs, sysfs: sysfs, rootfs: rootfs, udevData: udevData)
    }

    var state: String { path("state") }

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
        write(folder + "/config", [UInt8](repeating: answers ? 0x10 : 0xff, count: 64))
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
        if exists(path) { remove(path) }
        guard let driver else { return }
        make("sys/bus/pci/drivers/" + driver)
        link(path, to: "../../../bus/pci/drivers/" + driver)
    }

    func vanish(_ address: String) {
        remove("sys/bus/pci/devices/" + address)
        remove("sys/devices/pci0000:00/" + address)
    }
}

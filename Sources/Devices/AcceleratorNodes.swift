// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles
import PCIBus

/// The accelerators that the kernel lists in classes of their own.
enum AcceleratorNodes {
    /// One of them with what is behind it.
    struct Found {
        let node: AcceleratorNode
        /// The PCI function behind it; nil where it sits on another bus.
        let address: PCIAddress?
        /// The driver of the device behind it; empty where it does not say.
        let driver: String
        /// The folder of the device behind it.
        let deviceFolder: String
    }

    /// All of them; a class that cannot be listed is a problem.
    ///
    /// Lists four folders, none of which is there on most hosts.
    static func list(_ roots: Roots, from reader: inout KernelFileReader, problems: inout [String]) -> [Found] {
        var found: [Found] = []
        let places: [(AcceleratorNode.Interface, String, StaticString)] = [
            (.accel, roots.sys("class/accel"), "accel"), (.habanalabs, roots.sys("class/habanalabs"), "hl"),
            (.neuron, roots.sys("devices/virtual/neuron_device"), "neuron"), (.uacce, roots.sys("class/uacce"), ""),
        ]
        for (interface, folder, prefix) in places {
            var names: DirectoryListing
            do throws(KernelFileError) {
                names = try reader.list(KernelDirectory(folder))
            } catch {
                // A class that no driver has made is not there.
                if !error.isMissing { problems.append(error.description) }
                continue
            }
            var sorted: [String] = []
            while let name = names.next() {
                // habanalabs has a second, controlling node for each device (hl_controlD0).
                let isDevice = name.hasPrefix(prefix) && name.from(prefix.utf8CodeUnitCount).unsigned != nil
                guard interface == .uacce ? name[0] != UInt8(ascii: ".") : isDevice else { continue }
                sorted.append(name.text)
            }
            for name in sorted.sorted(by: { ($0.utf8.count, $0) < ($1.utf8.count, $1) }) {
                let node = AcceleratorNode(interface: interface, name: name, folder: folder + "/" + name)
                guard reader.exists(node.folder) else { continue }
                found.append(complete(node, from: &reader))
            }
        }
        return found
    }

    private static func complete(_ node: AcceleratorNode, from reader: inout KernelFileReader) -> Found {
        // Virtual devices have no device link, and a device without a driver no driver link.
        let device = (try? reader.resolved(node.folder + "/device"))?.text ?? ""
        let driver = (try? reader.target(ofLink: node.folder + "/device/driver"))?.text ?? ""
        return Found(
            node: node, address: PCIAddress(lastComponent(of: device)), driver: lastComponent(of: driver),
            deviceFolder: device.isEmpty ? node.folder : device)
    }

    /// The name after the last slash.
    static func lastComponent(of path: String) -> String {
        String(path.split(separator: "/").last ?? "")
    }

    /// What a driver of accelerators drives, where neither class nor PCI ids say it.
    static func kind(ofDriver driver: String) -> ComputeKind {
        switch driver {
        case "intel_vpu", "ivpu", "amdxdna", "rocket", "ethosu": .npu
        default: .accelerator
        }
    }

    /// Who makes what a driver drives, where there is no PCI function to say it.
    static func vendor(ofDriver driver: String, _ interface: AcceleratorNode.Interface) -> String {
        switch (driver, interface) {
        case ("rocket", _): "rockchip"
        case ("ethosu", _): "arm"
        case ("habanalabs", _), (_, .habanalabs): "habana"
        case (_, .neuron): "amazon"
        default: ""
        }
    }
}

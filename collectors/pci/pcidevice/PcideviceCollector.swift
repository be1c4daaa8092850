// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Every function on the PCI bus: what it is, its link, its power state and its virtual functions.
///
/// Source: /sys/bus/pci/devices, kernel Documentation/PCI/sysfs-pci.rst.
struct PcideviceCollector: Collector {
    typealias Metric = PCIDeviceMetric

    static let idsFile = Flag.text(
        "collector.pcidevice.idsfile", help: "The pci.ids file for the names, in place of the system's.")
    static let names = Flag.toggle(
        "collector.pcidevice.names", help: "Show the names that pci.ids has for makers, devices and classes.")

    static let descriptor = CollectorDescriptor(
        name: "pcidevice", group: .pci, isDefault: false,
        help: "Functions on the PCI bus: what they are, link, power state, virtual functions.",
        reads: ["/sys/bus/pci/devices", "pci.ids (once, with names)"],
        // Links are read from configuration space, which a device that is gone may hold up.
        lane: .own,
        flags: [
            idsFile,
            names,
        ], absentIsSuccess: false)

    private var directory: WatchedDirectory
    private let identifiers: [String]?
    private var functions: [PCIDeviceFunction] = []
    private var table: PCIIdentifiers?

    init(context: CollectorContext) {
        directory = WatchedDirectory(context.roots.sys("bus/pci/devices"))
        let file = context.options[Self.idsFile]
        let usual = ["/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids"].map(context.roots.host)
        identifiers = context.options[Self.names] ? (file.isEmpty ? usual : [file]) : nil
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        switch try directory.list(from: &reader) {
        case .missing:
            functions = []
            return .noDevice("\(directory.path) is not there")
        case .same: break
        case .changed(let names):
            functions = names.compactMap { PCIDeviceFunction($0, in: directory.path, from: &reader) }
        }
        if let identifiers, table == nil { table = PCIIdentifiers(identifiers, from: &reader) }
        for index in functions.indices { functions[index].read(from: &reader, names: table, into: &writer) }
        return .available
    }
}

/// The families of the collector `pcidevice`.
struct PCIDeviceMetric: FamilyTable {
    let rawValue: Int

    private static let address = ["bus", "device", "function", "segment"]

    static let rows = [
        FamilyRow(
            "d3cold_allowed",
            .gauge("node_pcidevice_d3cold_allowed", address, "1 where the function may be put into D3cold.")),
        FamilyRow(
            "sriov_drivers_autoprobe",
            .gauge(
                "node_pcidevice_sriov_drivers_autoprobe", address,
                "1 where drivers are bound to virtual functions as they appear.")),
        FamilyRow(
            "sriov_numvfs",
            .gauge("node_pcidevice_sriov_numvfs", address, "Virtual functions that are switched on.")),
        FamilyRow(
            "sriov_totalvfs",
            .gauge("node_pcidevice_sriov_totalvfs", address, "Virtual functions that the function can have.")),
        FamilyRow(
            "sriov_vf_total_msix",
            .gauge(
                "node_pcidevice_sriov_vf_total_msix", address, "Interrupt vectors for all virtual functions together.")),
        FamilyRow(
            .gauge(
                "node_pcidevice_info",
                [
                    "bus", "class_id", "class_name?", "device", "device_id", "device_name?", "function", "parent_bus",
                    "parent_device", "parent_function", "parent_segment", "revision", "segment",
                    "subsystem_device_id", "subsystem_device_name?", "subsystem_vendor_id", "subsystem_vendor_name?",
                    "vendor_id", "vendor_name?",
                ], "1 for each function on the PCI bus, with what it is and the bridge that it is behind.")),
        FamilyRow(
            .gauge(
                "node_pcidevice_max_link_transfers_per_second", address,
                "Transfers per second that the function's link can do.")),
        FamilyRow(
            .gauge(
                "node_pcidevice_current_link_transfers_per_second", address,
                "Transfers per second that the function's link does.")),
        FamilyRow(.gauge("node_pcidevice_max_link_width", address, "Lanes that the function's link can use.")),
        FamilyRow(.gauge("node_pcidevice_current_link_width", address, "Lanes that the function's link uses.")),
        FamilyRow(.gauge("node_pcidevice_numa_node", address, "The NUMA node nearest to the function.")),
        FamilyRow(
            .gauge(
                "node_pcidevice_power_state", address + ["state"], "1 for the power state that the function is in.")),
    ]
    static let info = named("node_pcidevice_info")
    static let maxSpeed = named("node_pcidevice_max_link_transfers_per_second")
    static let currentSpeed = named("node_pcidevice_current_link_transfers_per_second")
    static let maxWidth = named("node_pcidevice_max_link_width")
    static let currentWidth = named("node_pcidevice_current_link_width")
    static let numaNode = named("node_pcidevice_numa_node")
    static let powerState = named("node_pcidevice_power_state")
}

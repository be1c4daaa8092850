// SPDX-License-Identifier: Apache-2.0

import Exposition

/// Properties of interfaces; most of them are a file of the interface's folder in sysfs.
enum NetclassMetric: Int, FieldKey {
    case up, info, alternativeNames
    case addressAssignType, carrier, carrierChanges, carrierUpChanges, carrierDownChanges, deviceID, dormant, flags
    case interfaceID, interfaceLink, linkMode, mtuBytes, nameAssignType, group, speedBytes, transmitQueueLength
    case protocolType

    var row: FamilyRow {
        switch self {
        case .up:
            FamilyRow(
                .gauge("node_network_up", ["device"], "1 where the interface's operational state is up, else 0."))
        case .info:
            FamilyRow(
                .gauge(
                    "node_network_info",
                    ["address", "adminstate?", "broadcast", "device", "duplex", "ifalias", "operstate"],
                    "What is text about an interface; always 1."))
        case .alternativeNames:
            FamilyRow(
                .gauge(
                    "node_network_altnames_info", ["altname", "device"],
                    "1 for each further name of an interface; with --collector.netclass.netlink."))
        case .addressAssignType:
            file(
                "addr_assign_type", gauge: "address_assign_type",
                "Where the hardware address is from: 0 device, 1 random, 2 stolen, 3 set.")
        case .carrier:
            file("carrier", gauge: "carrier", "1 where the device sees a carrier; absent while it is switched off.")
        case .carrierChanges:
            file("carrier_changes", counter: "carrier_changes_total", "Times that the carrier came or went.")
        case .carrierUpChanges:
            file("carrier_up_count", counter: "carrier_up_changes_total", "Times that the carrier came.")
        case .carrierDownChanges:
            file("carrier_down_count", counter: "carrier_down_changes_total", "Times that the carrier went.")
        case .deviceID:
            file("dev_id", gauge: "device_id", "Number of the port among interfaces that share a hardware address.")
        case .dormant:
            file(
                "dormant", gauge: "dormant",
                "1 where the interface waits for something outside; absent while switched off.")
        case .flags: file("flags", gauge: "flags", "The interface's flags, a sum of the kernel's IFF_ bits.")
        case .interfaceID: file("ifindex", gauge: "iface_id", "The interface's number.")
        case .interfaceLink:
            file("iflink", gauge: "iface_link", "Number of the interface below, the interface's own if there is none.")
        case .linkMode:
            file(
                "link_mode", gauge: "iface_link_mode",
                "How the interface comes up: 0 by itself, 1 it stays dormant first.")
        case .mtuBytes: file("mtu", gauge: "mtu_bytes", "The largest payload of a packet in bytes.")
        case .nameAssignType:
            file(
                "name_assign_type", gauge: "name_assign_type",
                "Where the name is from: 1 kernel, 2 predictable, 3 user, 4 renamed.")
        case .group: file("netdev_group", gauge: "net_dev_group", "The group that the interface was put into.")
        case .speedBytes:
            file(
                "speed", .times(125_000), gauge: "speed_bytes",
                "The speed that the device says it has, in bytes per second.")
        case .transmitQueueLength:
            file("tx_queue_len", gauge: "transmit_queue_length", "Packets that the transmit queue may hold.")
        case .protocolType:
            file("type", gauge: "protocol_type", "The hardware type, one of the kernel's ARPHRD_ numbers.")
        }
    }

    private func file(_ name: StaticString, _ unit: KernelUnit = .one, gauge: String, _ help: String) -> FamilyRow {
        FamilyRow(name, unit, .gauge("node_network_" + gauge, ["device"], help))
    }

    private func file(_ name: StaticString, counter: String, _ help: String) -> FamilyRow {
        FamilyRow(name, .counter("node_network_" + counter, ["device"], help))
    }
}

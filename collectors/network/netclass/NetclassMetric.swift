// SPDX-License-Identifier: Apache-2.0

import Exposition

/// Properties of interfaces; most of them are a file of the interface's folder in sysfs.
enum NetclassMetric: Int, FamilyKey {
    case up, info
    case addressAssignType, carrier, carrierChanges, carrierUpChanges, carrierDownChanges, deviceID, dormant, flags
    case interfaceID, interfaceLink, linkMode, mtuBytes, nameAssignType, group, speedBytes, transmitQueueLength
    case protocolType

    var family: MetricFamily {
        switch self {
        case .up: gauge("up", "1 where the interface's operational state is up, else 0.")
        case .info:
            .gauge(
                "node_network_info",
                ["address", "adminstate?", "broadcast", "device", "duplex", "ifalias", "operstate"],
                "What is text about an interface; always 1.")
        case .addressAssignType:
            gauge("address_assign_type", "Where the hardware address is from: 0 device, 1 random, 2 stolen, 3 set.")
        case .carrier: gauge("carrier", "1 where the device sees a carrier; absent while it is switched off.")
        case .carrierChanges: counter("carrier_changes_total", "Times that the carrier came or went.")
        case .carrierUpChanges: counter("carrier_up_changes_total", "Times that the carrier came.")
        case .carrierDownChanges: counter("carrier_down_changes_total", "Times that the carrier went.")
        case .deviceID: gauge("device_id", "Number of the port among interfaces that share a hardware address.")
        case .dormant: gauge("dormant", "1 where the interface waits for something outside; absent while switched off.")
        case .flags: gauge("flags", "The interface's flags, a sum of the kernel's IFF_ bits.")
        case .interfaceID: gauge("iface_id", "The interface's number.")
        case .interfaceLink: gauge("iface_link", "Number of the interface below, the interface's own if there is none.")
        case .linkMode: gauge("iface_link_mode", "How the interface comes up: 0 by itself, 1 it stays dormant first.")
        case .mtuBytes: gauge("mtu_bytes", "The largest payload of a packet in bytes.")
        case .nameAssignType:
            gauge("name_assign_type", "Where the name is from: 1 kernel, 2 predictable, 3 user, 4 renamed.")
        case .group: gauge("net_dev_group", "The group that the interface was put into.")
        case .speedBytes: gauge("speed_bytes", "The speed that the device says it has, in bytes per second.")
        case .transmitQueueLength: gauge("transmit_queue_length", "Packets that the transmit queue may hold.")
        case .protocolType: gauge("protocol_type", "The hardware type, one of the kernel's ARPHRD_ numbers.")
        }
    }

    /// The file of the interface's folder that has the number; nil for what is made of several or of none.
    var file: String? {
        switch self {
        case .up, .info: nil
        case .addressAssignType: "addr_assign_type"
        case .carrier: "carrier"
        case .carrierChanges: "carrier_changes"
        case .carrierUpChanges: "carrier_up_count"
        case .carrierDownChanges: "carrier_down_count"
        case .deviceID: "dev_id"
        case .dormant: "dormant"
        case .flags: "flags"
        case .interfaceID: "ifindex"
        case .interfaceLink: "iflink"
        case .linkMode: "link_mode"
        case .mtuBytes: "mtu"
        case .nameAssignType: "name_assign_type"
        case .group: "netdev_group"
        case .speedBytes: "speed"
        case .transmitQueueLength: "tx_queue_len"
        case .protocolType: "type"
        }
    }

    private func gauge(_ name: String, _ help: String) -> MetricFamily {
        .gauge("node_network_" + name, ["device"], help)
    }

    private func counter(_ name: String, _ help: String) -> MetricFamily {
        .counter("node_network_" + name, ["device"], help)
    }
}

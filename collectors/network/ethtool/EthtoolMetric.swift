// SPDX-License-Identifier: Apache-2.0

import Exposition

/// What drivers say of their interfaces: themselves, the modes of the link, and the counters that have names of their
/// own with node_exporter.
enum EthtoolMetric: Int, FamilyKey {
    case info
    case receivedBytes, receivedDropped, receivedErrors, receivedPackets
    case transmittedBytes, transmittedErrors, transmittedPackets
    case supportedPort, supportedSpeed, supportedAutonegotiation, supportedPause, supportedAsymmetricPause
    case advertisedSpeed, advertisedAutonegotiation, advertisedPause, advertisedAsymmetricPause
    case autonegotiation

    var family: MetricFamily {
        switch self {
        case .info:
            .gauge(
                "node_ethtool_info",
                ["bus_info", "device", "driver", "expansion_rom_version", "firmware_version", "version"],
                "1 with what the interface's driver says of itself and of the device.")
        case .receivedBytes: statistic("received_bytes", "Bytes received, as the driver counts them.")
        case .receivedDropped: statistic("received_dropped", "Frames received and dropped, as the driver counts them.")
        case .receivedErrors: statistic("received_errors", "Bad frames received, as the driver counts them.")
        case .receivedPackets: statistic("received_packets", "Packets received, as the driver counts them.")
        case .transmittedBytes: statistic("transmitted_bytes", "Bytes sent, as the driver counts them.")
        case .transmittedErrors:
            statistic("transmitted_errors", "Frames that could not be sent, as the driver counts them.")
        case .transmittedPackets: statistic("transmitted_packets", "Packets sent, as the driver counts them.")
        case .supportedPort:
            .gauge("node_network_supported_port_info", ["device", "type"], "1 for each kind of port of the interface.")
        case .supportedSpeed:
            .gauge(
                "node_network_supported_speed_bytes", ["device", "duplex", "mode"],
                "Speed of each mode that the interface has, in bytes per second.")
        case .supportedAutonegotiation: flag("autonegotiate_supported", "1 where the interface can negotiate modes.")
        case .supportedPause: flag("pause_supported", "1 where the interface has pause frames.")
        case .supportedAsymmetricPause:
            flag("asymmetricpause_supported", "1 where the interface has pause frames of one direction.")
        case .advertisedSpeed:
            .gauge(
                "node_network_advertised_speed_bytes", ["device", "duplex", "mode"],
                "Speed of each mode that the interface offers the other side, in bytes per second.")
        case .advertisedAutonegotiation:
            flag("autonegotiate_advertised", "1 where the interface offers to negotiate modes.")
        case .advertisedPause: flag("pause_advertised", "1 where the interface offers pause frames.")
        case .advertisedAsymmetricPause:
            flag("asymmetricpause_advertised", "1 where the interface offers pause frames of one direction.")
        case .autonegotiation: flag("autonegotiate", "1 where the interface negotiates its mode.")
        }
    }

    private func statistic(_ name: String, _ help: String) -> MetricFamily {
        .untyped("node_ethtool_\(name)_total", ["device"], help)
    }

    private func flag(_ name: String, _ help: String) -> MetricFamily {
        .gauge("node_network_" + name, ["device"], help)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Exposition

/// Families of wireless interfaces, and of the stations that they hear.
enum WifiMetric: Int, FamilyKey {
    case frequency, network
    case connected, inactive, receiveRate, transmitRate, receiveBytes, transmitBytes, receivedPackets
    case transmittedPackets, signal, retries, failures, beaconLosses

    var family: MetricFamily {
        switch self {
        case .frequency:
            .gauge("node_wifi_interface_frequency_hertz", ["device"], "Frequency of the interface's channel.")
        case .network:
            .gauge(
                "node_wifi_station_info", ["bssid", "device", "mode", "ssid"],
                "1 with the network that the interface belongs to.")
        case .connected: counter("connected_seconds", "Time that the station has been connected.")
        case .inactive: gauge("inactive_seconds", "Time since the station was last heard.")
        case .receiveRate: gauge("receive_bits_per_second", "Rate of the last frame from the station.")
        case .transmitRate: gauge("transmit_bits_per_second", "Rate of the last frame to the station.")
        case .receiveBytes: counter("receive_bytes", "Bytes received from the station.")
        case .transmitBytes: counter("transmit_bytes", "Bytes sent to the station.")
        case .receivedPackets: counter("received_packets", "Packets received from the station.")
        case .transmittedPackets: counter("transmitted_packets", "Packets sent to the station.")
        case .signal: gauge("signal_dbm", "Strength of the station's signal in dBm.")
        case .retries: counter("transmit_retries", "Frames that had to be sent again.")
        case .failures: counter("transmit_failed", "Frames that could not be sent.")
        case .beaconLosses: counter("beacon_loss", "Times that the station's beacons were missed.")
        }
    }

    private func gauge(_ name: String, _ help: String) -> MetricFamily {
        .gauge("node_wifi_station_" + name, ["device", "mac_address"], help)
    }

    private func counter(_ name: String, _ help: String) -> MetricFamily {
        .counter("node_wifi_station_\(name)_total", ["device", "mac_address"], help)
    }
}

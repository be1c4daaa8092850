// SPDX-License-Identifier: Apache-2.0

/// A wireless interface with what it hears; what the driver does not say is nil.
struct WifiInterface {
    /// Its number; 0 in a file.
    var index: UInt32 = 0
    /// Its name; devices without one, such as that of peer-to-peer discovery, are none of ours.
    var name: [UInt8] = []
    /// The centre of its channel, nil while it has none.
    var frequencyMegahertz: UInt32?
    /// The network that it belongs to.
    var network: WifiNetwork?
    /// The stations that it hears: its access point, or those that belong to it.
    var stations: [WifiStation] = []
}

/// A network of a wireless interface (BSS).
struct WifiNetwork {
    /// The hardware address of its access point.
    var address: [UInt8] = []
    /// Its name (SSID): at most 32 bytes of any kind.
    var name: [UInt8] = []
    /// What the interface is in it: the kernel's 0 (authenticated), 1 (associated), 2 (member of an ad-hoc network).
    var status: UInt64 = 0

    /// The status in node_exporter's words.
    var mode: StaticString {
        switch status {
        case 0, 1: "client"
        case 2: "ad-hoc"
        default: "unknown"
        }
    }
}

/// What an interface knows of a station; what its driver does not say is nil.
struct WifiStation {
    var address: [UInt8] = []
    var connectedNanoseconds: UInt64?
    var inactiveNanoseconds: UInt64?
    var receiveBitsPerSecond: UInt64?
    var transmitBitsPerSecond: UInt64?
    var receivedBytes: UInt64?
    var transmittedBytes: UInt64?
    var receivedPackets: UInt64?
    var transmittedPackets: UInt64?
    var signalDBm: Int64?
    var transmitRetries: UInt64?
    var transmitFailures: UInt64?
    var beaconLosses: UInt64?
}

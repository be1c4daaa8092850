// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles

/// JSON files that stand in for nl80211.
///
/// They are `interfaces.json`, and in a folder of each interface's name `bss.json` and `stationinfo.json`. Figures that
/// are left out are 0.
struct WifiFixture {
    /// Where the files are.
    let folder: String

    /// The interfaces that have a name, with what their files say; `lose` is told of what cannot be read.
    func interfaces(
        from reader: inout KernelFileReader, or lose: (String) -> Void
    ) throws(CollectorError) -> [WifiInterface] {
        let path = folder + "/interfaces.json"
        guard let text = try reader.readIfPresent(path: path) else { throw .other("\(path) is not there") }
        guard let elements = JSONValue(text)?.elements else { throw .malformed(path, text) }
        var interfaces: [WifiInterface] = []
        for element in elements {
            guard let name = element["name"]?.bytes, !name.isEmpty else { continue }
            var interface = WifiInterface()
            interface.name = name
            interface.frequencyMegahertz = element["frequency"]?.unsigned.flatMap { UInt32(exactly: $0) }
            let own = folder + "/" + String(decoding: name, as: UTF8.self)
            if let network = value(own + "/bss.json", from: &reader, or: lose) {
                interface.network = Self.network(network)
                if interface.network == nil { lose("\(own)/bss.json describes no network") }
            }
            for station in value(own + "/stationinfo.json", from: &reader, or: lose)?.elements ?? [] {
                if let station = Self.station(station) {
                    interface.stations.append(station)
                } else {
                    lose("\(own)/stationinfo.json: a station without a hardware address")
                }
            }
            interfaces.append(interface)
        }
        return interfaces
    }

    /// The value in a file; nil where it is not there, or cannot be read, which is lost.
    private func value(_ path: String, from reader: inout KernelFileReader, or lose: (String) -> Void) -> JSONValue? {
        do throws(CollectorError) {
            guard let text = try reader.readIfPresent(path: path) else { return nil }
            guard let value = JSONValue(text) else { throw .malformed(path, text) }
            return value
        } catch {
            lose(error.description)
            return nil
        }
    }

    private static func network(_ value: JSONValue) -> WifiNetwork? {
        guard let address = value["bssid"]?.bytes.flatMap(decodedBase64), let name = value["ssid"]?.bytes else {
            return nil
        }
        var network = WifiNetwork()
        network.address = address
        network.name = name
        network.status = value["status"]?.unsigned ?? 0
        return network
    }

    private static func station(_ value: JSONValue) -> WifiStation? {
        guard let address = value["hardwareaddr"]?.bytes.flatMap(decodedBase64), !address.isEmpty else { return nil }
        var station = WifiStation()
        station.address = address
        station.connectedNanoseconds = value["connected"]?.unsigned ?? 0
        station.inactiveNanoseconds = value["inactive"]?.unsigned ?? 0
        station.receiveBitsPerSecond = value["receivebitrate"]?.unsigned ?? 0
        station.transmitBitsPerSecond = value["transmitbitrate"]?.unsigned ?? 0
        station.receivedBytes = value["receivedbytes"]?.unsigned ?? 0
        station.transmittedBytes = value["transmittedbytes"]?.unsigned ?? 0
        station.receivedPackets = value["receivedpackets"]?.unsigned ?? 0
        station.transmittedPackets = value["transmittedpackets"]?.unsigned ?? 0
        station.signalDBm = value["signal"]?.signed ?? 0
        station.transmitRetries = value["transmitretries"]?.unsigned ?? 0
        station.transmitFailures = value["transmitfailed"]?.unsigned ?? 0
        station.beaconLosses = value["beaconloss"]?.unsigned ?? 0
        return station
    }

    /// The bytes of a base64 text (RFC 4648); nil where it holds anything else.
    private static func decodedBase64(_ text: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for letter in text where letter != UInt8(ascii: "=") {
            let digit: UInt8
            switch letter {
            case 0x41...0x5A: digit = letter - 0x41
            case 0x61...0x7A: digit = letter - 0x61 + 26
            case 0x30...0x39: digit = letter - 0x30 + 52
            case UInt8(ascii: "+"): digit = 62
            case UInt8(ascii: "/"): digit = 63
            default: return nil
            }
            bits = bits << 6 | UInt32(digit)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }
}

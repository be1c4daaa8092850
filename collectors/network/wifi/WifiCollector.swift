// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Wireless interfaces, the network that each belongs to, and the stations that it hears.
///
/// Source: nl80211 by generic netlink, include/uapi/linux/nl80211.h. It asks the running kernel, whatever --path.sysfs
/// is. Drivers ask their firmware for some of it, so it has a lane of its own.
struct WifiCollector: ~Copyable, Collector {
    typealias Metric = WifiMetric

    static let fixtures = Flag.text(
        "collector.wifi.fixtures", help: "Folder of JSON files that are read instead of asking the kernel, for tests.")

    static let descriptor = CollectorDescriptor(
        name: "wifi", group: .network, isDefault: false, help: "Wireless interfaces and the stations that they hear.",
        reads: ["/sys/class/ieee80211", "nl80211 by generic netlink"], lane: .own, flags: [fixtures])

    private let devices: String
    private let fixture: WifiFixture?
    private var asked = WifiInterfaces()
    private var text: [UInt8] = []

    init(context: CollectorContext) {
        devices = context.roots.sys("class/ieee80211")
        let folder = context.options[Self.fixtures]
        fixture = folder.isEmpty ? nil : WifiFixture(folder: folder)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        if let fixture {
            for interface in try fixture.interfaces(from: &reader, or: { writer.loseItem($0) }) {
                write(interface, into: &writer)
            }
            return .available
        }
        // Asked for a family that is not there, the kernel loads its module.
        guard try hasDevice() else { return .noDevice("no wireless device in \(devices)") }
        guard try asked.listInterfaces() else { return .noKernelFeature("this kernel has no nl80211") }
        for _ in 0..<asked.malformedCount { writer.loseItem("an interface's message of nl80211") }
        for position in asked.rows.indices {
            asked.readDetails(of: position) { writer.loseItem($0) }
            write(asked.rows[position], into: &writer)
        }
        return .available
    }

    private func hasDevice() throws(CollectorError) -> Bool {
        do throws(KernelFileError) {
            return try KernelDirectory.hasEntry(at: devices)
        } catch {
            if error.isMissing { return false }
            throw .file(error)
        }
    }

    private mutating func write(_ interface: WifiInterface, into writer: inout Writer) {
        let device = Bytes.withView(of: interface.name) { writer.labels("device", $0) }
        if let frequency = interface.frequencyMegahertz {
            writer.write(.frequency, device, Double(frequency) * 1_000_000)
        }
        if let network = interface.network { write(network, of: interface, into: &writer) }
        for station in interface.stations {
            text.removeAll(keepingCapacity: true)
            HardwareAddressText.append(station.address[...], to: &text)
            let labels = Bytes.withView(of: text) { address in
                writer.labels(device) { $0.add("mac_address", address) }
            }
            write(station, labels, into: &writer)
        }
    }

    private mutating func write(_ network: WifiNetwork, of interface: WifiInterface, into writer: inout Writer) {
        text.removeAll(keepingCapacity: true)
        HardwareAddressText.append(network.address[...], to: &text)
        let labels = writer.labels { labels in
            Bytes.withView(of: text) { labels.add("bssid", $0) }
            Bytes.withView(of: interface.name) { labels.add("device", $0) }
            labels.add("mode", network.mode)
            Bytes.withView(of: network.name) { labels.add("ssid", $0) }
        }
        writer.write(.network, labels, 1)
    }

    private func write(_ station: WifiStation, _ labels: Labels, into writer: inout Writer) {
        func write(_ metric: Metric, _ value: SampleValue?) {
            if let value { writer.write(metric, labels, value) }
        }
        write(.connected, station.connectedNanoseconds.map { .decimal($0, scale: 9) })
        write(.inactive, station.inactiveNanoseconds.map { .decimal($0, scale: 9) })
        write(.receiveRate, station.receiveBitsPerSecond.map { .unsigned($0) })
        write(.transmitRate, station.transmitBitsPerSecond.map { .unsigned($0) })
        write(.receiveBytes, station.receivedBytes.map { .unsigned($0) })
        write(.transmitBytes, station.transmittedBytes.map { .unsigned($0) })
        write(.receivedPackets, station.receivedPackets.map { .unsigned($0) })
        write(.transmittedPackets, station.transmittedPackets.map { .unsigned($0) })
        write(.signal, station.signalDBm.map { .signed($0) })
        write(.retries, station.transmitRetries.map { .unsigned($0) })
        write(.failures, station.transmitFailures.map { .unsigned($0) })
        write(.beaconLosses, station.beaconLosses.map { .unsigned($0) })
    }
}

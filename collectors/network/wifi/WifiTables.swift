// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// The command, version and two reserved bytes of a message of generic netlink.
private let headerSize = 4

/// The attributes of a message of nl80211 that answers with a command; nil for any other message.
private func attributes(
    of payload: Range<Int>, answering command: UInt8, in datagram: RawSpan
) -> NetlinkAttributes? {
    guard payload.count >= headerSize, datagram.uint8(at: payload.lowerBound) == command else { return nil }
    return NetlinkAttributes(payload.dropFirst(headerSize))
}

/// The bytes of an attribute; nil for more than there may be.
private func bytes(_ range: Range<Int>, atMost limit: Int, in datagram: RawSpan) -> [UInt8]? {
    var bytes: [UInt8] = []
    guard range.count <= limit, datagram.append(range, to: &bytes) else { return nil }
    return bytes
}

/// The interfaces of an `NL80211_CMD_GET_INTERFACE` dump that have a name.
struct WifiInterfaceTable: NetlinkTable {
    private(set) var rows: [WifiInterface] = []
    private(set) var malformedCount = 0

    mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        malformedCount = 0
    }

    mutating func markInconsistent() {}

    mutating func append(messageType: UInt16, payload: Range<Int>, in datagram: RawSpan) {
        guard var attributes = attributes(of: payload, answering: NL80211.newInterface, in: datagram) else { return }
        var row = WifiInterface()
        while let attribute = attributes.next(in: datagram) {
            switch attribute.type {
            case NL80211.interfaceIndex: row.index = attribute.uint32(in: datagram) ?? 0
            case NL80211.interfaceName:
                row.name = bytes(attribute.value, atMost: 16, in: datagram) ?? []
                while row.name.last == 0 { row.name.removeLast() }
            case NL80211.frequency:
                row.frequencyMegahertz = attribute.uint32(in: datagram).flatMap { $0 > 0 ? $0 : nil }
            default: break
            }
        }
        if attributes.isMalformed || row.index == 0 && !row.name.isEmpty {
            malformedCount += 1
        } else if !row.name.isEmpty {
            rows.append(row)
        }
    }
}

/// The network that an interface belongs to, of all that an `NL80211_CMD_GET_SCAN` dump has.
struct WifiNetworkTable: NetlinkTable {
    /// The first network of which the interface is a member; nil where there is none.
    private(set) var current: WifiNetwork?
    private(set) var malformedCount = 0

    mutating func removeAll() {
        current = nil
        malformedCount = 0
    }

    mutating func markInconsistent() {}

    mutating func append(messageType: UInt16, payload: Range<Int>, in datagram: RawSpan) {
        guard current == nil,
            var outer = attributes(of: payload, answering: NL80211.newScanResults, in: datagram)
        else { return }
        while let attribute = outer.next(in: datagram) {
            if attribute.type == NL80211.network { read(attribute.value, in: datagram) }
        }
        if outer.isMalformed { malformedCount += 1 }
    }

    private mutating func read(_ range: Range<Int>, in datagram: RawSpan) {
        var network = WifiNetwork()
        var isMember = false
        var inner = NetlinkAttributes(range)
        while let attribute = inner.next(in: datagram) {
            switch attribute.type {
            case 1: network.address = bytes(attribute.value, atMost: 8, in: datagram) ?? []
            case 6: network.name = Self.name(in: attribute.value, datagram)
            case 9:
                isMember = true
                network.status = attribute.uint32(in: datagram).map(UInt64.init) ?? .max
            default: break
            }
        }
        if inner.isMalformed { malformedCount += 1 } else if isMember { current = network }
    }

    /// The network's name among the elements of its beacon, each a number, a length and that many bytes.
    private static func name(in range: Range<Int>, _ datagram: RawSpan) -> [UInt8] {
        var at = range.lowerBound
        while let number = datagram.uint8(at: at), let length = datagram.uint8(at: at + 1).map(Int.init),
            at + 2 + length <= range.upperBound
        {
            if number == 0 { return bytes(at + 2..<at + 2 + length, atMost: 32, in: datagram) ?? [] }
            at += 2 + length
        }
        return []
    }
}

/// The stations of an `NL80211_CMD_GET_STATION` dump.
struct WifiStationTable: NetlinkTable {
    private(set) var rows: [WifiStation] = []
    private(set) var malformedCount = 0

    mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        malformedCount = 0
    }

    mutating func markInconsistent() {}

    mutating func append(messageType: UInt16, payload: Range<Int>, in datagram: RawSpan) {
        guard var outer = attributes(of: payload, answering: NL80211.newStation, in: datagram) else { return }
        var station = WifiStation()
        var isGood = true
        while let attribute = outer.next(in: datagram) {
            switch attribute.type {
            case NL80211.hardwareAddress: station.address = bytes(attribute.value, atMost: 8, in: datagram) ?? []
            case NL80211.stationInformation: isGood = Self.read(attribute.value, into: &station, in: datagram)
            default: break
            }
        }
        if outer.isMalformed || !isGood || station.address.isEmpty {
            malformedCount += 1
        } else {
            rows.append(station)
        }
    }

    /// False where the attributes lie about their lengths.
    private static func read(_ range: Range<Int>, into station: inout WifiStation, in datagram: RawSpan) -> Bool {
        var attributes = NetlinkAttributes(range)
        // Those of 64 bits come behind those of 32, which wrap, and take their places.
        while let attribute = attributes.next(in: datagram) {
            let number = attribute.uint32(in: datagram).map(UInt64.init)
            switch attribute.type {
            case 1: station.inactiveNanoseconds = number.map { $0 * 1_000_000 }
            case 2 where station.receivedBytes == nil: station.receivedBytes = number
            case 3 where station.transmittedBytes == nil: station.transmittedBytes = number
            case 7: station.signalDBm = attribute.uint8(in: datagram).map { Int64(Int8(bitPattern: $0)) }
            case 8: station.transmitBitsPerSecond = rate(attribute.value, in: datagram)
            case 9: station.receivedPackets = number
            case 10: station.transmittedPackets = number
            case 11: station.transmitRetries = number
            case 12: station.transmitFailures = number
            case 14: station.receiveBitsPerSecond = rate(attribute.value, in: datagram)
            case 16: station.connectedNanoseconds = number.map { $0 * 1_000_000_000 }
            case 18: station.beaconLosses = number
            case 23: station.receivedBytes = attribute.uint64(in: datagram)
            case 24: station.transmittedBytes = attribute.uint64(in: datagram)
            default: break
            }
        }
        return !attributes.isMalformed
    }

    /// A rate, which the kernel has in steps of 100 kbit/s: in 32 bits, or in 16 from old kernels.
    private static func rate(_ range: Range<Int>, in datagram: RawSpan) -> UInt64? {
        var short: UInt16?
        var attributes = NetlinkAttributes(range)
        while let attribute = attributes.next(in: datagram) {
            if attribute.type == 5, let rate = attribute.uint32(in: datagram) { return UInt64(rate) * 100_000 }
            if attribute.type == 1 { short = attribute.uint16(in: datagram) }
        }
        return short.map { UInt64($0) * 100_000 }
    }
}

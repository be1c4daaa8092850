// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Glibc
import KernelFiles

/// The running kernel's wireless interfaces by nl80211.
struct WifiInterfaces: ~Copyable {
    private var socket = NetlinkSocket(family: .generic)
    private var family: GenericNetlinkFamily?
    private var interfaces = WifiInterfaceTable()
    private var networks = WifiNetworkTable()
    private var stations = WifiStationTable()

    /// The interfaces of the last listing, with what was read of them.
    private(set) var rows: [WifiInterface] = []
    /// Interfaces of the last listing whose message could not be read.
    var malformedCount: Int { interfaces.malformedCount }

    /// Lists the interfaces anew; false where the kernel has no nl80211.
    mutating func listInterfaces() throws(CollectorError) -> Bool {
        rows.removeAll(keepingCapacity: true)
        do throws(NetlinkError) {
            if family == nil { family = try socket.genericFamily(named: "nl80211") }
            guard let family else { return false }
            try socket.dump(family.request(command: NL80211.getInterface), into: &interfaces)
        } catch {
            // The module may have been loaded anew, with another number.
            family = nil
            throw CollectorError(error)
        }
        rows.append(contentsOf: interfaces.rows)
        return true
    }

    /// Reads the network and the stations of an interface of the listing; `lose` is told of what cannot be read.
    mutating func readDetails(of position: Int, or lose: (String) -> Void) {
        guard let family, rows.indices.contains(position) else { return }
        let index = rows[position].index
        var request = family.request(command: NL80211.getScan)
        request.append(attribute: NL80211.interfaceIndex, index)
        if Self.ask(&socket, request, into: &networks, or: lose) { rows[position].network = networks.current }
        request = family.request(command: NL80211.getStation)
        request.append(attribute: NL80211.interfaceIndex, index)
        if Self.ask(&socket, request, into: &stations, or: lose) { rows[position].stations = stations.rows }
        for _ in 0..<(networks.malformedCount + stations.malformedCount) {
            lose("a message of nl80211 about \(String(decoding: rows[position].name, as: UTF8.self))")
        }
    }

    /// Asks for something of one interface; false where there is none.
    private static func ask<Table: NetlinkTable>(
        _ socket: inout NetlinkSocket, _ request: NetlinkRequest, into table: inout Table, or lose: (String) -> Void
    ) -> Bool {
        do throws(NetlinkError) {
            try socket.dump(request, into: &table)
            return true
        } catch {
            // An interface of this kind has none of that, is down, or is gone.
            let isNone = [EOPNOTSUPP, ENOENT, ENODEV, ENETDOWN].contains(error.errno) && error.operation == "reply"
            if !isNone { lose("nl80211: \(error.description)") }
            return false
        }
    }
}

/// Numbers of include/uapi/linux/nl80211.h.
enum NL80211 {
    static let getInterface: UInt8 = 5
    static let newInterface: UInt8 = 7
    static let getStation: UInt8 = 17
    static let newStation: UInt8 = 19
    static let getScan: UInt8 = 32
    static let newScanResults: UInt8 = 34

    static let interfaceIndex: UInt16 = 3
    static let interfaceName: UInt16 = 4
    static let hardwareAddress: UInt16 = 6
    static let stationInformation: UInt16 = 21
    static let frequency: UInt16 = 38
    static let network: UInt16 = 47
}

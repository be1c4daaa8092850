// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import Testing

@testable import Collectors

/// Messages of nl80211, made by hand as the kernel sends them.
@Suite struct WifiTablesTests {
    private func number<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
        withUnsafeBytes(of: value) { Array($0) }
    }

    private func attribute(_ type: UInt16, _ value: [UInt8], length: Int? = nil) -> [UInt8] {
        number(UInt16(length ?? value.count + 4)) + number(type) + value
            + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
    }

    private func read<Table: NetlinkTable>(_ messages: [[UInt8]], into table: inout Table) {
        for message in messages {
            table.append(messageType: 28, payload: 0..<message.count, in: message.span.bytes)
        }
    }

    @Test("interfaces come with number, name and frequency, and those without a name are left out")
    func interfaces() {
        let named = attribute(3, number(UInt32(5))) + attribute(4, Array("wlan0".utf8) + [0])
        var table = WifiInterfaceTable()
        read(
            [
                [7, 1, 0, 0] + named + attribute(38, number(UInt32(5_180))),
                [7, 1, 0, 0] + named,
                [7, 1, 0, 0] + attribute(153, number(UInt64(3))),
                [9, 1, 0, 0] + named,
                [7, 1, 0, 0] + attribute(4, Array("wlan1".utf8) + [0]),
                [7, 1, 0, 0] + attribute(4, [0x61], length: 90),
                [7],
            ], into: &table)
        #expect(table.rows.map(\.index) == [5, 5])
        #expect(table.rows.map { String(decoding: $0.name, as: UTF8.self) } == ["wlan0", "wlan0"])
        #expect(table.rows.map(\.frequencyMegahertz) == [5_180, nil])
        #expect(table.malformedCount == 2)
        table.removeAll()
        #expect(table.rows.isEmpty && table.malformedCount == 0)
    }

    private let accessPoint: [UInt8] = [0x3c, 0x37, 0x12, 0, 0, 1]

    @Test("of all networks that a scan found, the one that the interface belongs to is taken")
    func network() {
        let elements: [UInt8] = [1, 2, 0x82, 0x84, 0, 4] + Array("home".utf8) + [3, 1, 6]
        let other = attribute(1, [9, 9, 9, 9, 9, 9]) + attribute(6, [0, 1, 0x78])
        let own = attribute(1, accessPoint) + attribute(6, elements) + attribute(9, number(UInt32(1)))
        var table = WifiNetworkTable()
        read([[34, 1, 0, 0] + attribute(47, other), [34, 1, 0, 0] + attribute(47, own)], into: &table)
        #expect(table.current?.address == accessPoint)
        #expect(table.current.map { String(decoding: $0.name, as: UTF8.self) } == "home")
        #expect(table.current.map { "\($0.mode)" } == "client")
        #expect(table.malformedCount == 0)
        table.removeAll()
        #expect(table.current == nil)
        read([[34, 1, 0, 0] + attribute(47, own + attribute(2, [1], length: 99))], into: &table)
        #expect(table.current == nil && table.malformedCount == 1)
    }

    @Test("a network's name that is cut is none, and each status has its word")
    func names() {
        func current(_ elements: [UInt8], status: UInt32) -> WifiNetwork? {
            var table = WifiNetworkTable()
            let own = attribute(1, accessPoint) + attribute(6, elements) + attribute(9, number(status))
            read([[34, 1, 0, 0] + attribute(47, own)], into: &table)
            return table.current
        }
        #expect(current([0, 9, 0x61], status: 0)?.name == [])
        #expect(current([0], status: 0)?.name == [])
        #expect(current([], status: 0)?.name == [])
        #expect(
            (UInt32(0)...3).map { "\(current([], status: $0)?.mode ?? "")" } == [
                "client", "client", "ad-hoc", "unknown",
            ])
    }

    @Test("a station's figures are in base units, those of 64 bits before those of 32")
    func station() {
        let rate = attribute(1, number(UInt16(540)))
        let fast = attribute(1, number(UInt16.max)) + attribute(5, number(UInt32(96_080)))
        let figures: [[UInt8]] = [
            attribute(1, number(UInt32(812))), attribute(2, number(UInt32(17))), attribute(3, number(UInt32(18))),
            attribute(7, [UInt8(bitPattern: -67)]), attribute(8, rate), attribute(9, number(UInt32(21))),
            attribute(10, number(UInt32(22))), attribute(11, number(UInt32(23))), attribute(12, number(UInt32(24))),
            attribute(14, fast), attribute(16, number(UInt32(3_600))), attribute(18, number(UInt32(2))),
            attribute(23, number(UInt64(1) << 40)),
        ]
        var table = WifiStationTable()
        read(
            [[19, 1, 0, 0] + attribute(6, accessPoint) + attribute(21, figures.flatMap(\.self))], into: &table)
        let station = table.rows.first
        #expect(table.rows.count == 1 && table.malformedCount == 0)
        #expect(station?.address == accessPoint)
        #expect(station?.inactiveNanoseconds == 812_000_000)
        #expect(station?.connectedNanoseconds == 3_600_000_000_000)
        #expect(station?.receivedBytes == 1 << 40)
        #expect(station?.transmittedBytes == 18)
        #expect(station?.signalDBm == -67)
        #expect(station?.transmitBitsPerSecond == 54_000_000)
        #expect(station?.receiveBitsPerSecond == 9_608_000_000)
        #expect(station?.receivedPackets == 21)
        #expect(station?.transmittedPackets == 22)
        #expect(station?.transmitRetries == 23)
        #expect(station?.transmitFailures == 24)
        #expect(station?.beaconLosses == 2)
    }

    @Test("what a driver does not say of a station is not known, and a message that lies is lost")
    func gaps() {
        var table = WifiStationTable()
        read(
            [
                [19, 1, 0, 0] + attribute(6, accessPoint) + attribute(21, attribute(8, [])),
                [19, 1, 0, 0] + attribute(21, attribute(9, number(UInt32(1)))),
                [19, 1, 0, 0] + attribute(6, accessPoint) + attribute(21, attribute(9, [1], length: 70)),
                [19, 1, 0, 0] + attribute(6, accessPoint, length: 80),
            ], into: &table)
        #expect(table.rows.count == 1)
        #expect(table.rows.first?.receivedBytes == nil && table.rows.first?.transmitBitsPerSecond == nil)
        #expect(table.malformedCount == 3)
    }
}

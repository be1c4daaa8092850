// SPDX-License-Identifier: Apache-2.0

@testable import KernelFiles

/// Builds netlink messages as the kernel would send them.
struct NetlinkMessageBuilder {
    private(set) var bytes: [UInt8] = []
    var sequence: UInt32 = 1

    static func number<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
        withUnsafeBytes(of: value) { Array($0) }
    }

    static func attribute(_ type: UInt16, _ value: [UInt8], length: Int? = nil) -> [UInt8] {
        let stated = UInt16(length ?? value.count + 4)
        let padding = [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
        return number(stated) + number(type) + value + padding
    }

    mutating func message(_ type: UInt16, flags: UInt16 = 2, _ payload: [UInt8], length: Int? = nil) {
        bytes += Self.number(UInt32(length ?? payload.count + 16)) + Self.number(type) + Self.number(flags)
        bytes += Self.number(sequence) + Self.number(UInt32(4711)) + payload
        bytes += [UInt8](repeating: 0, count: (4 - payload.count % 4) % 4)
    }

    mutating func done(flags: UInt16 = 2, code: Int32 = 0) {
        message(3, flags: flags, Self.number(code))
    }

    mutating func link(_ index: Int32, _ name: String, flags: UInt16 = 2, extra: [UInt8] = []) {
        message(16, flags: flags, Self.linkPayload(index, name, extra: extra))
    }

    mutating func statistics(_ index: Int32, first: UInt64, count: UInt64 = 25) {
        let payload: [UInt8] = [0, 0, 0, 0] + Self.number(index) + Self.number(UInt32(1))
        message(92, payload + Self.attribute(1, (0..<count).flatMap { Self.number(first + $0) }))
    }

    static func linkPayload(_ index: Int32, _ name: String, extra: [UInt8] = []) -> [UInt8] {
        var payload: [UInt8] = [0, 0] + number(UInt16(1)) + number(index) + number(UInt32(0x11043)) + number(UInt32(0))
        payload += attribute(3, Array(name.utf8) + [0])
        payload += attribute(13, number(UInt32(1000))) + attribute(16, [6]) + attribute(17, [0])
        payload += attribute(4, number(UInt32(1500))) + attribute(27, number(UInt32(7)))
        payload += attribute(33, [1]) + attribute(35, number(UInt32(5)))
        payload += attribute(47, number(UInt32(3))) + attribute(48, number(UInt32(2)))
        payload += attribute(1, [0x02, 0xfc, 0, 0, 0, 0x01]) + attribute(2, [UInt8](repeating: 0xff, count: 6))
        payload += attribute(23, (0..<25).flatMap { number(UInt64(1000 + $0)) })
        return payload + extra
    }

    /// Feeds the datagrams to a reply with sequence 1.
    static func read<Table: NetlinkTable>(_ datagrams: [[UInt8]], into table: inout Table) -> NetlinkReply {
        var reply = NetlinkReply(sequence: 1)
        for datagram in datagrams { reply.read(datagram.span.bytes, into: &table) }
        return reply
    }
}

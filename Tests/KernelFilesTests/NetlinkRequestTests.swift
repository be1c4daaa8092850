// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import KernelFiles

@Suite("Netlink requests")
struct NetlinkRequestTests {
    typealias Builder = NetlinkMessageBuilder

    @Test("the header tells length, type, flags and number")
    func header() {
        var request = NetlinkRequest(messageType: 36)
        request.append(UInt8(0))
        request.append(zeros: 19)
        var message: [UInt8] = [9, 9, 9]
        request.write(flags: 0x300, sequence: 7, to: &message)
        let expected: [UInt8] =
            Builder.number(UInt32(36)) + Builder.number(UInt16(36)) + Builder.number(UInt16(0x301))
            + Builder.number(UInt32(7)) + Builder.number(UInt32(0)) + [UInt8](repeating: 0, count: 20)
        #expect(message == expected)
    }

    @Test("attributes tell their own length and are padded to four bytes")
    func attributes() {
        var request = NetlinkRequest(messageType: 1)
        request.append(attribute: 2, text: "lo")
        request.append(attribute: 3, UInt16(0x0102))
        request.append(attribute: 4, bytes: [1, 2, 3, 4, 5])
        request.append(attribute: 5, UInt64(6))
        let expected: [UInt8] =
            Builder.attribute(2, Array("lo".utf8) + [0]) + Builder.attribute(3, Builder.number(UInt16(0x0102)))
            + Builder.attribute(4, [1, 2, 3, 4, 5]) + Builder.attribute(5, Builder.number(UInt64(6)))
        #expect(request.payload == expected)
        #expect(request.isValid)
    }

    /// The attributes in a range of bytes; nil where a length lies.
    private func attributes(_ bytes: [UInt8], _ range: Range<Int>) -> [NetlinkAttribute]? {
        var walk = NetlinkAttributes(range)
        var found: [NetlinkAttribute] = []
        while let attribute = walk.next(in: bytes.span.bytes) { found.append(attribute) }
        return walk.isMalformed ? nil : found
    }

    @Test("attributes within an attribute are read again as they were written")
    func nested() throws {
        var request = NetlinkRequest(genericFamily: 30, command: 5, version: 2)
        request.append(nested: 9) {
            $0.append(attribute: 1, UInt8(7))
            $0.append(nested: 2) { $0.append(attribute: 3, text: "eth0") }
        }
        let bytes = request.payload
        #expect(Array(bytes.prefix(4)) == [5, 2, 0, 0])
        let outer = try #require(attributes(bytes, (0..<bytes.count).dropFirst(4)))
        #expect(outer.map(\.type) == [9])
        let inner = try #require(attributes(bytes, outer[0].value))
        #expect(inner.map(\.type) == [1, 2])
        let innermost = try #require(attributes(bytes, inner[1].value))
        #expect(innermost.map(\.type) == [3])
        let seven = inner[0].uint8(in: bytes.span.bytes)
        #expect(seven == 7)
        let name = innermost[0].text(in: bytes.span.bytes)
        #expect(name == "eth0")
    }

    @Test("a value longer than an attribute's length can tell is never sent")
    func tooLong() {
        var request = NetlinkRequest(messageType: 1)
        request.append(attribute: 2, bytes: repeatElement(1, count: 65_531))
        #expect(request.isValid)
        request.append(attribute: 2, bytes: repeatElement(1, count: 65_532))
        #expect(!request.isValid)
        var socket = NetlinkSocket(family: .route)
        var table = LinkTable()
        var caught: NetlinkError?
        do throws(NetlinkError) { try socket.dump(request, into: &table) } catch { caught = error }
        #expect(caught == NetlinkError(operation: "send", errno: EMSGSIZE))
    }

    @Test("numbers of attributes are read within their value alone")
    func numbers() throws {
        let bytes = Builder.attribute(1, Builder.number(UInt32(0x0102_0304))) + Builder.attribute(2, [1])
        let found = try #require(attributes(bytes, 0..<bytes.count))
        try #require(found.count == 2)
        let datagram = bytes.span.bytes
        let whole = found[0].uint32(in: datagram)
        let half = found[0].uint16(in: datagram)
        let single = found[1].uint8(in: datagram)
        let beyond = [
            found[0].uint64(in: datagram), found[1].uint32(in: datagram).map(UInt64.init),
            found[1].uint16(in: datagram).map(UInt64.init), datagram.uint8(at: -1).map(UInt64.init),
            datagram.uint32(at: bytes.count - 3).map(UInt64.init), datagram.uint16(at: .max).map(UInt64.init),
        ]
        #expect(whole == 0x0102_0304)
        #expect(half == UInt16(truncatingIfNeeded: UInt32(0x0102_0304).littleEndian))
        #expect(single == 1)
        #expect(beyond.allSatisfy { $0 == nil })
        #expect(attributes(bytes, 0..<(bytes.count - 4)) == nil)
    }
}

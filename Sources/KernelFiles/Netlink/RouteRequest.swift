// SPDX-License-Identifier: Apache-2.0

/// A dump request: what is asked for, and its bytes.
struct RouteRequest {
    let messageType: UInt16
    /// The address family to restrict the dump to, 0 for all.
    var family: UInt8 = 0
    /// The size of the fixed part that strict checking wants for this type: ifinfomsg, ifaddrmsg, ndmsg or
    /// if_stats_msg.
    let fixedSize: Int
    /// The last four bytes of the fixed part, which if_stats_msg has for what is wanted.
    var filterMask: UInt32 = 0
    /// The value of the links' extension mask, left out where it is 0.
    var extensionMask: UInt32 = 0

    static func links(withStatistics: Bool) -> RouteRequest {
        RouteRequest(
            messageType: NetlinkNumber.getLink,
            fixedSize: 16,
            extensionMask: withStatistics ? 0 : NetlinkNumber.skipStatistics
        )
    }

    static let statistics = RouteRequest(
        messageType: NetlinkNumber.getStatistics, fixedSize: 12, filterMask: NetlinkNumber.linkStatisticsMask)

    static let addresses = RouteRequest(messageType: NetlinkNumber.getAddress, fixedSize: 8)

    static func neighbours(_ family: AddressFamily) -> RouteRequest {
        RouteRequest(messageType: NetlinkNumber.getNeighbour, family: family.rawValue, fixedSize: 12)
    }

    /// Replaces the content of `message` with the request, so that its storage is used again.
    func write(sequence: UInt32, to message: inout [UInt8]) {
        let attributeSize = extensionMask == 0 ? 0 : NetlinkNumber.attributeHeaderSize + 4
        message.removeAll(keepingCapacity: true)
        append(UInt32(truncatingIfNeeded: NetlinkNumber.headerSize + fixedSize + attributeSize), to: &message)
        append(messageType, to: &message)
        append(NetlinkNumber.requestFlag | NetlinkNumber.dumpFlag, to: &message)
        append(sequence, to: &message)
        append(UInt32(0), to: &message)
        message.append(family)
        for _ in 1..<(fixedSize - 4) { message.append(0) }
        append(filterMask, to: &message)
        guard extensionMask != 0 else { return }
        append(UInt16(truncatingIfNeeded: attributeSize), to: &message)
        append(NetlinkNumber.extensionMaskAttribute, to: &message)
        append(extensionMask, to: &message)
    }

    /// Appends an integer in host byte order.
    private func append<Number: FixedWidthInteger>(_ number: Number, to message: inout [UInt8]) {
        var rest = number.littleEndian
        if Number(1).littleEndian != 1 { rest = number.bigEndian.byteSwapped }
        for _ in 0..<(Number.bitWidth / 8) {
            message.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }
}

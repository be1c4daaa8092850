// SPDX-License-Identifier: Apache-2.0

/// Numbers of `linux/netlink.h`, `linux/genetlink.h` and `linux/rtnetlink.h`, which the Glibc module does not export.
enum NetlinkNumber {
    static let routeProtocol: Int32 = 0
    static let optionLevel: Int32 = 270
    static let strictCheckOption: Int32 = 12

    static let headerSize = 16
    static let attributeHeaderSize = 4
    /// The two top bits of an attribute's type say "nested" and "big endian"; the rest is the number.
    static let attributeTypeMask: UInt16 = 0x3fff
    static let nestedFlag: UInt16 = 0x8000

    static let requestFlag: UInt16 = 0x01
    static let acknowledgeFlag: UInt16 = 0x04
    static let dumpFlag: UInt16 = 0x300
    /// The list changed while the kernel walked it, so entries may be missing or doubled.
    static let dumpInterruptedFlag: UInt16 = 0x10

    static let noOperation: UInt16 = 1
    static let error: UInt16 = 2
    static let done: UInt16 = 3
    static let overrun: UInt16 = 4

    /// Command, version and two reserved bytes.
    static let genericHeaderSize = 4
    static let genericController: UInt16 = 16
    static let newFamilyCommand: UInt8 = 1
    static let getFamilyCommand: UInt8 = 3
    static let familyNumberAttribute: UInt16 = 1
    static let familyNameAttribute: UInt16 = 2
    static let familyVersionAttribute: UInt16 = 3
    static let familyHeaderSizeAttribute: UInt16 = 4

    static let newLink: UInt16 = 16
    static let getLink: UInt16 = 18
    static let newAddress: UInt16 = 20
    static let getAddress: UInt16 = 22
    static let newNeighbour: UInt16 = 28
    static let getNeighbour: UInt16 = 30
    static let newRoute: UInt16 = 24
    static let getRoute: UInt16 = 26
    static let newQueueingDiscipline: UInt16 = 36
    static let getQueueingDiscipline: UInt16 = 38
    static let newStatistics: UInt16 = 92
    static let getStatistics: UInt16 = 94

    /// The bit that asks for the counters of `rtnl_link_stats64`, and the attribute that carries them.
    static let linkStatisticsMask: UInt32 = 1
    static let linkStatisticsAttribute: UInt16 = 1

    /// The multicast group that hears of links that come, go or change, as a bit of the address.
    static let linkGroup: UInt32 = 1

    static let extensionMaskAttribute: UInt16 = 29
    static let skipStatistics: UInt32 = 8

    /// The one request of sock_diag, `SOCK_DIAG_BY_FAMILY`, and of TCP the protocol's number.
    static let socketByFamily: UInt16 = 20
    static let protocolTCP: UInt8 = 6
}

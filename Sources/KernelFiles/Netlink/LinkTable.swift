// SPDX-License-Identifier: Apache-2.0

/// The interfaces of the host's network namespace, from one dump.
///
/// It is meant to be kept: a dump into it uses the storage of the last one.
public struct LinkTable: Sendable {
    /// The interfaces in the kernel's order.
    public private(set) var links: [Link] = []

    /// The names, aliases and hardware addresses of all interfaces; `Link` holds ranges of it.
    public private(set) var bytes: [UInt8] = []

    /// The alternative names of all interfaces, as ranges of `bytes`; `Link` holds ranges of it.
    public private(set) var alternativeNames: [Range<Int>] = []

    /// Interfaces that are left out because their message could not be read.
    public private(set) var malformedCount = 0

    /// False where the list changed during each attempt, so that an interface may be missing.
    ///
    /// None is doubled.
    public private(set) var isConsistent = true

    /// A table without interfaces.
    public init() {}

    /// The bytes of a range that one of `links` holds, and no bytes for any other range.
    public func bytes(of range: Range<Int>) -> ArraySlice<UInt8> {
        guard range.lowerBound >= 0, range.upperBound <= bytes.count else { return [] }
        return bytes[range]
    }

    /// The interface of that number; nil where there is none.
    public func link(index: Int32) -> Link? {
        links.first { $0.index == index }
    }

    /// Gives every interface the counters of a later dump.
    ///
    /// False where the two dumps are not of the same interfaces or one of them is not whole; then the table may hold
    /// counters of both.
    public mutating func take(_ later: borrowing LinkStatisticsTable) -> Bool {
        let rows = later.rows
        guard isConsistent, later.isConsistent, malformedCount == 0, later.malformedCount == 0,
            rows.count == links.count, !rows.isEmpty
        else { return false }
        for at in rows.indices {
            // Both dumps walk the kernel's one list, so the rows stand at the same places.
            guard rows[at].index == links[at].index else { return false }
            links[at].statistics = rows[at].statistics
        }
        return true
    }
}

extension LinkTable: NetlinkTable {
    /// Forgets all rows and keeps the storage.
    public mutating func removeAll() {
        links.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        alternativeNames.removeAll(keepingCapacity: true)
        malformedCount = 0
        isConsistent = true
    }

    /// Takes one message of the dump.
    public mutating func append(messageType: UInt16, payload: Range<Int>, in datagram: RawSpan) {
        guard messageType == NetlinkNumber.newLink else { return }
        let byteCount = bytes.count
        let nameCount = alternativeNames.count
        if let link = readLink(payload, in: datagram) {
            links.append(link)
        } else {
            malformedCount &+= 1
            bytes.removeLast(bytes.count &- byteCount)
            alternativeNames.removeLast(alternativeNames.count &- nameCount)
        }
    }

    /// Two interfaces of one number or one name would become two series of one name.
    public mutating func markInconsistent() {
        isConsistent = false
        var indexes = Set<Int32>()
        var names = Set<ArraySlice<UInt8>>()
        links = links.filter { link in
            indexes.insert(link.index).inserted && names.insert(bytes(of: link.name)).inserted
        }
    }

    private mutating func readLink(_ payload: Range<Int>, in datagram: RawSpan) -> Link? {
        var link = Link()
        guard
            payload.count >= 16,
            let hardwareType = datagram.uint16(at: payload.lowerBound &+ 2),
            let index = datagram.int32(at: payload.lowerBound &+ 4),
            let flags = datagram.uint32(at: payload.lowerBound &+ 8),
            index > 0
        else { return nil }
        link.hardwareType = hardwareType
        link.index = index
        link.flags = InterfaceFlags(rawValue: flags)
        link.lowerIndex = index
        var attributes = NetlinkAttributes(from: payload.lowerBound &+ 16, to: payload.upperBound)
        while let attribute = attributes.next(in: datagram) {
            guard read(attribute, in: datagram, into: &link) else { return nil }
        }
        guard !attributes.isMalformed, !link.name.isEmpty else { return nil }
        return link
    }

    /// Takes one attribute; answers false where its value is too short or too long for its type.
    private mutating func read(_ attribute: NetlinkAttribute, in datagram: RawSpan, into link: inout Link) -> Bool {
        switch attribute.type {
        case 1: return keepBytes(of: attribute, atMost: 32, in: datagram, as: &link.address)
        case 2: return keepBytes(of: attribute, atMost: 32, in: datagram, as: &link.broadcast)
        case 3: return keepText(of: attribute, atMost: 15, in: datagram, as: &link.name)
        case 20: return keepText(of: attribute, atMost: 255, in: datagram, as: &link.alias)
        case 23:
            link.statistics = LinkStatistics(attribute.value, in: datagram)
            return attribute.value.count >= 23 * 8
        case 52: return readAlternativeNames(attribute.value, in: datagram, into: &link)
        case 16, 17, 33, 39: return readByte(attribute, in: datagram, into: &link)
        case 4, 5, 10, 13, 27, 30, 31, 32, 35, 47, 48, 61: return readNumber(attribute, in: datagram, into: &link)
        default: return true
        }
    }

    /// Takes the names of `IFLA_PROP_LIST`, each at most 127 bytes; kernels from 5.5 on have it.
    private mutating func readAlternativeNames(
        _ range: Range<Int>, in datagram: RawSpan, into link: inout Link
    ) -> Bool {
        let start = alternativeNames.count
        var properties = NetlinkAttributes(range)
        while let property = properties.next(in: datagram) {
            guard property.type == 53 else { continue }
            var name = 0..<0
            guard keepText(of: property, atMost: 127, in: datagram, as: &name) else { return false }
            if !name.isEmpty { alternativeNames.append(name) }
        }
        link.alternativeNames = start..<alternativeNames.count
        return !properties.isMalformed
    }

    private func readByte(_ attribute: NetlinkAttribute, in datagram: RawSpan, into link: inout Link) -> Bool {
        guard !attribute.value.isEmpty, let value = datagram.uint8(at: attribute.value.lowerBound) else { return false }
        switch attribute.type {
        case 16: link.operationalState = OperationalState(rawValue: value)
        case 17: link.linkMode = value
        case 33: link.hasCarrier = value != 0
        case 39: link.isProtocolDown = value != 0
        default: break
        }
        return true
    }

    private func readNumber(_ attribute: NetlinkAttribute, in datagram: RawSpan, into link: inout Link) -> Bool {
        guard attribute.value.count >= 4, let value = datagram.uint32(at: attribute.value.lowerBound) else {
            return false
        }
        switch attribute.type {
        case 4: link.mtuBytes = value
        case 5: link.lowerIndex = Int32(bitPattern: value)
        case 10: link.masterIndex = Int32(bitPattern: value)
        case 13: link.transmitQueueLength = value
        case 27: link.group = value
        case 30: link.promiscuity = value
        case 31: link.transmitQueueCount = value
        case 32: link.receiveQueueCount = value
        case 35: link.carrierChanges = value
        case 47: link.carrierUpCount = value
        case 48: link.carrierDownCount = value
        case 61: link.allMulticastCount = value
        default: break
        }
        return true
    }

    private mutating func keepBytes(
        of attribute: NetlinkAttribute,
        atMost limit: Int,
        in datagram: RawSpan,
        as range: inout Range<Int>
    ) -> Bool {
        let start = bytes.count
        guard attribute.value.count <= limit, datagram.append(attribute.value, to: &bytes) else { return false }
        range = start..<bytes.count
        return true
    }

    /// Texts end at their first NUL, which the kernel sends along.
    private mutating func keepText(
        of attribute: NetlinkAttribute,
        atMost limit: Int,
        in datagram: RawSpan,
        as range: inout Range<Int>
    ) -> Bool {
        var end = attribute.value.lowerBound
        while end < attribute.value.upperBound, let byte = datagram.uint8(at: end), byte != 0 { end &+= 1 }
        let text = NetlinkAttribute(type: attribute.type, value: attribute.value.lowerBound..<end)
        return keepBytes(of: text, atMost: limit, in: datagram, as: &range)
    }
}

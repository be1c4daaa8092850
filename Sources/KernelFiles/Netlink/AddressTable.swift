// SPDX-License-Identifier: Apache-2.0

/// The internet addresses of all interfaces, from one dump.
///
/// It is meant to be kept: a dump into it uses the storage of the last one.
public struct AddressTable: Sendable {
    /// The addresses in the kernel's order: those of IPv4 before those of IPv6.
    public private(set) var addresses: [InterfaceAddress] = []

    /// The IPv4 labels, such as `eth0:1`, in step with `addresses`; ranges of `bytes`, empty for IPv6.
    public private(set) var labels: [Range<Int>] = []

    /// The bytes of all labels.
    public private(set) var bytes: [UInt8] = []

    /// Addresses that are left out because their message could not be read.
    public private(set) var malformedCount = 0

    /// False where the list changed during each attempt, so that an address may be missing.
    ///
    /// None is doubled.
    public private(set) var isConsistent = true

    /// A table without addresses.
    public init() {}
}

extension AddressTable: NetlinkTable {
    /// Forgets all rows and keeps the storage.
    public mutating func removeAll() {
        addresses.removeAll(keepingCapacity: true)
        labels.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        malformedCount = 0
        isConsistent = true
    }

    /// Takes one message of the dump.
    public mutating func append(messageType: UInt16, payload: Range<Int>, in datagram: RawSpan) {
        guard messageType == NetlinkNumber.newAddress else { return }
        guard payload.count >= 8, let family = datagram.uint8(at: payload.lowerBound) else {
            malformedCount &+= 1
            return
        }
        // Other protocols' addresses come in the same dump and are none of ours.
        guard let family = AddressFamily(rawValue: family) else { return }
        if !readAddress(family, payload, in: datagram) { malformedCount &+= 1 }
    }

    /// Notes that the list kept changing.
    public mutating func markInconsistent() {
        isConsistent = false
        var seen = Set<InterfaceAddress>()
        var keptLabels: [Range<Int>] = []
        var kept: [InterfaceAddress] = []
        for (address, label) in zip(addresses, labels) where seen.insert(address).inserted {
            kept.append(address)
            keptLabels.append(label)
        }
        addresses = kept
        labels = keptLabels
    }

    private mutating func readAddress(_ family: AddressFamily, _ payload: Range<Int>, in datagram: RawSpan) -> Bool {
        guard
            let prefixLength = datagram.uint8(at: payload.lowerBound &+ 1),
            var flags = datagram.uint8(at: payload.lowerBound &+ 2).map(UInt32.init),
            let scope = datagram.uint8(at: payload.lowerBound &+ 3),
            let index = datagram.int32(at: payload.lowerBound &+ 4),
            index > 0
        else { return false }
        var address: InternetAddress?
        var local: InternetAddress?
        var label = 0..<0
        var attributes = NetlinkAttributes(from: payload.lowerBound &+ 8, to: payload.upperBound)
        while let attribute = attributes.next(in: datagram) {
            switch attribute.type {
            case 1: address = InternetAddress(family, attribute.value, in: datagram)
            case 2: local = InternetAddress(family, attribute.value, in: datagram)
            case 3: label = attribute.value
            case 8: flags = datagram.uint32(at: attribute.value.lowerBound) ?? flags
            default: break
            }
        }
        // Where both are given, the first is the peer's and the second the interface's own.
        guard !attributes.isMalformed, let own = local ?? address else { return false }
        appendLabel(label, in: datagram)
        addresses.append(
            InterfaceAddress(
                interfaceIndex: index,
                address: own,
                peer: address ?? own,
                prefixLength: prefixLength,
                scope: scope,
                flags: flags
            )
        )
        return true
    }

    /// Keeps the label up to its NUL; one that is longer than an interface's name is left empty.
    private mutating func appendLabel(_ value: Range<Int>, in datagram: RawSpan) {
        let start = bytes.count
        var end = value.lowerBound
        while end < value.upperBound, let byte = datagram.uint8(at: end), byte != 0 { end &+= 1 }
        if end &- value.lowerBound <= 15 { _ = datagram.append(value.lowerBound..<end, to: &bytes) }
        labels.append(start..<bytes.count)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// What is asked of the kernel: a message type, the fixed part that the type wants, and attributes.
///
/// A request is made once and kept, so that asking again allocates nothing. Numbers are in the host's byte order, as
/// netlink has them; the few fields in network order (ports and addresses of sock_diag) are swapped by who adds them.
/// Source: netlink(7), kernel Documentation/userspace-api/netlink/intro.rst.
public struct NetlinkRequest: Sendable {
    /// The largest value that an attribute's length can tell.
    private static let largestValue = Int(UInt16.max) - NetlinkNumber.attributeHeaderSize

    /// The message's type: a command of the family, or the number of a generic family.
    public let messageType: UInt16
    /// The bytes behind the header.
    public private(set) var payload: [UInt8] = []
    /// False where an attribute is longer than its length can tell; such a request is not sent.
    public private(set) var isValid = true

    /// A request without payload.
    public init(messageType: UInt16) {
        self.messageType = messageType
    }

    /// A request to a generic family, whose fixed part is the command and the version of its interface.
    public init(genericFamily: UInt16, command: UInt8, version: UInt8 = 1) {
        messageType = genericFamily
        payload = [command, version, 0, 0]
    }

    /// Adds a field of the fixed part.
    public mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        netlinkAppend(number, to: &payload)
    }

    /// Adds fields of the fixed part that are zero.
    public mutating func append(zeros count: Int) {
        for _ in 0..<max(0, count) { payload.append(0) }
    }

    /// Adds an attribute whose value is a number.
    public mutating func append<Number: FixedWidthInteger>(attribute: UInt16, _ number: Number) {
        appendAttribute(attribute) { $0.append(number) }
    }

    /// Adds an attribute whose value is bytes.
    public mutating func append(attribute: UInt16, bytes: some Sequence<UInt8>) {
        appendAttribute(attribute) { $0.payload.append(contentsOf: bytes) }
    }

    /// Adds an attribute whose value is text with the final NUL that the kernel wants.
    public mutating func append(attribute: UInt16, text: String) {
        appendAttribute(attribute) {
            $0.payload.append(contentsOf: text.utf8)
            $0.payload.append(0)
        }
    }

    /// Adds an attribute whose value is attributes, which `body` adds.
    public mutating func append(nested attribute: UInt16, _ body: (inout NetlinkRequest) -> Void) {
        appendAttribute(attribute | NetlinkNumber.nestedFlag, body)
    }

    private mutating func appendAttribute(_ type: UInt16, _ value: (inout NetlinkRequest) -> Void) {
        payload.append(contentsOf: repeatElement(0, count: netlinkAligned(payload.count) - payload.count))
        let start = payload.count
        append(UInt16(0))
        append(type)
        value(&self)
        let length = payload.count - start
        if length - NetlinkNumber.attributeHeaderSize > Self.largestValue { isValid = false }
        netlinkStore(UInt16(truncatingIfNeeded: length), at: start, in: &payload)
        payload.append(contentsOf: repeatElement(0, count: netlinkAligned(payload.count) - payload.count))
    }

    /// Replaces the content of `message` with the request, so that its storage is used again.
    func write(flags: UInt16, sequence: UInt32, to message: inout [UInt8]) {
        message.removeAll(keepingCapacity: true)
        netlinkAppend(UInt32(truncatingIfNeeded: NetlinkNumber.headerSize + payload.count), to: &message)
        netlinkAppend(messageType, to: &message)
        netlinkAppend(NetlinkNumber.requestFlag | flags, to: &message)
        netlinkAppend(sequence, to: &message)
        // The sender's port: the kernel knows it.
        netlinkAppend(UInt32(0), to: &message)
        message.append(contentsOf: payload)
    }
}

/// Appends an integer in host byte order.
private func netlinkAppend<Number: FixedWidthInteger>(_ number: Number, to message: inout [UInt8]) {
    let start = message.count
    for _ in 0..<(Number.bitWidth / 8) { message.append(0) }
    netlinkStore(number, at: start, in: &message)
}

/// Stores an integer in host byte order where there is room for it, which there must be.
private func netlinkStore<Number: FixedWidthInteger>(_ number: Number, at start: Int, in message: inout [UInt8]) {
    // The lowest byte first, of a number that is swapped where the host has the highest first.
    var rest = Number(1).littleEndian == 1 ? number : number.byteSwapped
    for offset in 0..<(Number.bitWidth / 8) {
        message[start + offset] = UInt8(truncatingIfNeeded: rest)
        rest >>= 8
    }
}

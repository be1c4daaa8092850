// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A family of generic netlink as the running kernel has it registered.
///
/// Its number is given when its module is loaded, so it is asked for by name and again after an error.
/// Source: kernel Documentation/userspace-api/netlink/intro.rst, include/uapi/linux/genetlink.h.
public struct GenericNetlinkFamily: Sendable, Equatable {
    /// The message type of requests to it.
    public let number: UInt16
    /// The version of its interface.
    public let version: UInt8
    /// The bytes of its fixed part behind those that say command and version.
    public let fixedSizeBytes: Int

    /// A known family.
    public init(number: UInt16, version: UInt8, fixedSizeBytes: Int = 0) {
        self.number = number
        self.version = version
        self.fixedSizeBytes = fixedSizeBytes
    }

    /// A request to it: the command, and attributes to be added.
    public func request(command: UInt8) -> NetlinkRequest {
        var request = NetlinkRequest(genericFamily: number, command: command, version: version)
        request.append(zeros: fixedSizeBytes)
        return request
    }

    /// The offset of the first attribute in a payload of the family's messages.
    public var attributesOffset: Int { NetlinkNumber.genericHeaderSize + fixedSizeBytes }
}

extension NetlinkSocket {
    /// The family of this name, asked of generic netlink's own controller (`CTRL_CMD_GETFAMILY`).
    ///
    /// nil where the kernel has none of that name. For a process with the capability the kernel loads the module that
    /// has the name, so ask only for what the host is known to use.
    public mutating func genericFamily(named name: String) throws(NetlinkError) -> GenericNetlinkFamily? {
        var request = NetlinkRequest(
            genericFamily: NetlinkNumber.genericController, command: NetlinkNumber.getFamilyCommand)
        request.append(attribute: NetlinkNumber.familyNameAttribute, text: name)
        var answer = GenericFamilyAnswer()
        do throws(NetlinkError) {
            try get(request, into: &answer)
        } catch {
            guard error.operation == "reply", error.errno == ENOENT else { throw error }
            return nil
        }
        guard let family = answer.family else {
            throw NetlinkError(operation: "reply", errno: EBADMSG, family: self.family)
        }
        return family
    }
}

/// The controller's answer about one family.
private struct GenericFamilyAnswer: NetlinkTable {
    private(set) var family: GenericNetlinkFamily?

    mutating func removeAll() { family = nil }

    mutating func markInconsistent() {}

    mutating func append(messageType: UInt16, payload: Range<Int>, in datagram: RawSpan) {
        guard messageType == NetlinkNumber.genericController, payload.count >= NetlinkNumber.genericHeaderSize,
            datagram.uint8(at: payload.lowerBound) == NetlinkNumber.newFamilyCommand
        else { return }
        var number: UInt16?
        var version: UInt32 = 0
        var fixedSize: UInt32 = 0
        var attributes = NetlinkAttributes(payload.dropFirst(NetlinkNumber.genericHeaderSize))
        while let attribute = attributes.next(in: datagram) {
            switch attribute.type {
            case NetlinkNumber.familyNumberAttribute: number = attribute.uint16(in: datagram)
            case NetlinkNumber.familyVersionAttribute: version = attribute.uint32(in: datagram) ?? 0
            case NetlinkNumber.familyHeaderSizeAttribute: fixedSize = attribute.uint32(in: datagram) ?? 0
            default: break
            }
        }
        guard !attributes.isMalformed, let number, fixedSize < 256 else { return }
        family = GenericNetlinkFamily(
            number: number, version: UInt8(truncatingIfNeeded: version), fixedSizeBytes: Int(fixedSize))
    }
}

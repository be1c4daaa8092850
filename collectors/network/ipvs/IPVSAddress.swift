// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// An address and a port as /proc/net/ip_vs writes them: `C0A80016:0CEA`, `[2001:0db8:0000:...:0001]:0050`; or the mark
/// of the firewall that a virtual service has instead.
struct IPVSAddress {
    /// The address as people write it; empty for a mark.
    var address = ""
    var port = "0"
    /// The mark as the kernel writes it; empty for an address.
    var mark = ""

    /// Nil for anything else.
    init?(_ text: Bytes) {
        guard let colon = text.lastIndex(of: UInt8(ascii: ":")),
            let port = text.from(colon + 1).hexadecimal, port <= UInt16.max,
            let address = Self.address(text.upTo(colon))
        else { return nil }
        var written: [UInt8] = []
        address.appendText(to: &written)
        self.address = String(decoding: written, as: UTF8.self)
        self.port = "\(port)"
    }

    private init(mark: Bytes) { self.mark = mark.text }

    /// The address or mark of a virtual service, whose line begins with its protocol; nil for anything else.
    static func ofService(_ proto: Bytes, _ text: Bytes) -> IPVSAddress? {
        guard proto == "FWM" else { return IPVSAddress(text) }
        return text.hexadecimal == nil ? nil : IPVSAddress(mark: text)
    }

    private static func address(_ text: Bytes) -> InternetAddress? {
        if text.count == 8 { return text.hexadecimal.map { InternetAddress(ipv4: UInt32(truncatingIfNeeded: $0)) } }
        guard text.hasPrefix("["), text.hasSuffix("]") else { return nil }
        // All eight groups with all their digits.
        var groups = ByteScanner(text[1, text.count - 1])
        var halves: (high: UInt64, low: UInt64) = (0, 0)
        for number in 0..<8 {
            guard let group = groups.nextPiece(separator: UInt8(ascii: ":")), group.count <= 4,
                let value = group.hexadecimal
            else { return nil }
            if number < 4 { halves.high = halves.high << 16 | value } else { halves.low = halves.low << 16 | value }
        }
        return groups.isAtEnd ? InternetAddress(ipv6: halves.high, halves.low) : nil
    }
}

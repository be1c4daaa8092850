// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles

/// Where supervisord answers: an HTTP server or a UNIX socket.
struct SupervisordEndpoint: Equatable {
    /// The UNIX socket's path; nil for HTTP over TCP.
    let socketPath: String?
    /// The host, without brackets.
    let host: String
    let port: UInt16
    /// What is posted to: `/RPC2`.
    let path: String
    /// `name:password`; nil for none.
    let credentials: String?

    /// Takes `http://[name:password@]host[:port]/path` or `unix:///path/of/socket`; nil for anything else.
    init?(_ url: String) {
        guard let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("://") else { return nil }
        let rest = url[url.index(colon, offsetBy: 3)...]
        switch url[..<colon] {
        case "unix":
            guard rest.hasPrefix("/") else { return nil }
            (socketPath, host, port, path, credentials) = (String(rest), "unix", 0, "/RPC2", nil)
        case "http":
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            var authority = rest[..<slash]
            path = slash == rest.endIndex ? "/" : String(rest[slash...])
            socketPath = nil
            if let at = authority.lastIndex(of: "@") {
                guard let decoded = Self.percentDecoded(authority[..<at]) else { return nil }
                credentials = decoded
                authority = authority[authority.index(after: at)...]
            } else {
                credentials = nil
            }
            guard let (host, port) = Self.hostAndPort(authority) else { return nil }
            (self.host, self.port) = (host, port)
        default: return nil
        }
        // A line feed would end a header's line.
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
    }

    private static func hostAndPort(_ text: Substring) -> (String, UInt16)? {
        var host = text
        var port: UInt16 = 80
        // The last colon is the port's, but not one within an IPv6 address in brackets.
        if let colon = text.lastIndex(of: ":"), !text[colon...].utf8.contains(UInt8(ascii: "]")) {
            guard let number = UInt16(text[text.index(after: colon)...]) else { return nil }
            (host, port) = (text[..<colon], number)
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        return host.isEmpty ? nil : (String(host), port)
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes of a request that posts a body.
    func request(_ body: String) -> [UInt8] {
        var text = "POST \(path) HTTP/1.0\r\nHost: \(host)\r\nContent-Type: text/xml\r\n"
        if let credentials { text += "Authorization: Basic \(Self.base64(Array(credentials.utf8)))\r\n" }
        text += "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        return Array(text.utf8)
    }

    /// Source: RFC 4648.
    static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var out: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for byte in group { bits = bits << 8 | UInt32(byte) }
            bits <<= 8 * UInt32(3 - group.count)
            for place in 0..<4 {
                let isFilled = place <= group.count
                out.append(isFilled ? alphabet[Int(bits >> UInt32(18 - 6 * place)) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}

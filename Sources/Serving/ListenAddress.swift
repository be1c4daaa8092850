// SPDX-License-Identifier: Apache-2.0

/// A TCP address to listen on, as `--web.listen-address` writes it.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name, an IPv4 or an IPv6 address without brackets; empty for every address of both families.
    public let host: String

    /// The port, 0 to 65535; 0 lets the kernel choose one.
    public let port: Int

    /// Every address of this machine, port 9100.
    public static let standard = ListenAddress(host: "", port: 9100)

    /// Every address of this machine, a port that the kernel chooses.
    static let anyPort = ListenAddress(host: "", port: 0)

    private init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Parses `:9100`, `127.0.0.1:9100`, `[::1]:9100` or `host:9100`.
    ///
    /// - Parameter text: the address as a user wrote it.
    /// - Throws: `ServingError.invalidAddress`.
    public init(_ text: String) throws(ServingError) {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else {
            throw .invalidAddress(text, reason: "there is no port")
        }
        let digits = text[text.utf8.index(after: colon)...]
        guard let port = UInt16(digits), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .invalidAddress(text, reason: "the port is no number from 0 to 65535")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.utf8.contains(UInt8(ascii: ":")) else {
                throw .invalidAddress(text, reason: "brackets are for IPv6 addresses")
            }
        } else if host.utf8.contains(where: { ":/[] \t".utf8.contains($0) }) {
            throw .invalidAddress(text, reason: "the host is no name and no address; IPv6 addresses need brackets")
        }
        self.init(host: String(host), port: Int(port))
    }

    /// Whether it stands for every address of both families.
    var isDualStackAny: Bool { host.isEmpty || host == "::" }

    /// The address as it would be written on the command line.
    public var description: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

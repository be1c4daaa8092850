// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A server of HTTP on a UNIX socket that gives every request the same answer.
public final class FakeHTTP: Sendable {
    /// Where it listens.
    public var path: String { stream.path }

    private let stream: FakeStream

    /// A server that waits for a whole request, sends the bytes of an answer and ends the connection.
    public init(answer: [UInt8]) throws {
        stream = try FakeStream { peer in
            var bytes: [UInt8] = []
            while !Self.isWhole(bytes) {
                let more = peer.receive()
                guard !more.isEmpty else { return }
                bytes += more
            }
            peer.send(answer)
        }
    }

    private static func isWhole(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n"), let name = text.range(of: "Content-Length: ") else { return false }
        let length = Int(text[name.upperBound...].prefix { $0.isNumber }) ?? 0
        return text[end.upperBound...].utf8.count >= length
    }
}

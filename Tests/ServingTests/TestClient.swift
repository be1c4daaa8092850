// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A blocking HTTP client that sends exactly the bytes it is given.
final class TestClient {
    private let descriptor: Int32
    private var received: [UInt8] = []

    /// Connects to a port of the loopback interface; nil where the family is not there or nobody listens.
    init?(port: Int, ipv6: Bool = false, receiveBuffer: Int32? = nil) {
        descriptor = socket(ipv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var timeout = timeval(tv_sec: 15, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        guard Self.connect(descriptor, port: UInt16(port).bigEndian, ipv6: ipv6) == 0 else {
            close(descriptor)
            return nil
        }
    }

    deinit { close(descriptor) }

    private static func connect(_ descriptor: Int32, port: UInt16, ipv6: Bool) -> Int32 {
        if ipv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port
            address.sin6_addr = in6addr_loopback
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Sends a text; false where the other side has closed.
    @discardableResult
    func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let rest = Array(bytes[sent...])
            let count = Glibc.send(descriptor, rest, rest.count, Int32(MSG_NOSIGNAL))
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Says that nothing more will be sent.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Sends a GET request of HTTP/1.1 and reads its answer.
    func get(_ target: String, method: String = "GET", headers: String = "") -> TestResponse? {
        send("\(method) \(target) HTTP/1.1\r\nHost: test\r\n\(headers)\r\n")
        return response(hasBody: method != "HEAD")
    }

    /// Reads one answer; nil where the connection ends before it is whole.
    func response(hasBody: Bool = true) -> TestResponse? {
        let end = Array("\r\n\r\n".utf8)
        var head: Int?
        while head == nil {
            head = received.indices.first { received[$0...].starts(with: end) }
            if head == nil, !receive() { return nil }
        }
        guard let head, var response = TestResponse(head: String(decoding: received[..<head], as: UTF8.self)) else {
            return nil
        }
        received.removeFirst(head + end.count)
        let length = hasBody ? response.headers["content-length"].flatMap { Int($0) } ?? 0 : 0
        while received.count < length { if !receive() { return nil } }
        response.body = Array(received[..<length])
        received.removeFirst(length)
        return response
    }

    /// Reads until the other side closes; returns what came, nil where it does not close in time.
    func readToEnd() -> [UInt8]? {
        var result = received
        received = []
        while true {
            errno = 0
            guard receive() else { return errno == EAGAIN ? nil : result }
            result += received
            received = []
        }
    }

    private func receive() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 262_144)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        received.append(contentsOf: chunk[..<count])
        return true
    }
}

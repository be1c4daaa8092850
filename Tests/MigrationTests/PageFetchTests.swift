// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Migration

@Suite struct PageFetchTests {
    /// A server on a loopback port that gives one answer, whatever it is asked, and keeps the request.
    private final class OneAnswer: @unchecked Sendable {
        // `request` is written by the thread and read after it has been joined.
        private let listener: Int32
        private let answer: [UInt8]
        private var thread = pthread_t()
        private(set) var request = ""
        private(set) var port: UInt16 = 0

        init(_ answer: String) throws {
            self.answer = Array(answer.utf8)
            listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let size = length
            let isBound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    bind(listener, pointer, size) == 0 && listen(listener, 1) == 0
                        && getsockname(listener, pointer, &length) == 0
                }
            }
            try #require(isBound)
            port = UInt16(bigEndian: address.sin_port)
            let me = Unmanaged.passRetained(self).toOpaque()
            pthread_create(
                &thread, nil,
                { pointer in
                    if let pointer { Unmanaged<OneAnswer>.fromOpaque(pointer).takeRetainedValue().serve() }
                    return nil
                }, me)
        }

        private func serve() {
            let connection = accept(listener, nil, nil)
            var bytes = [UInt8](repeating: 0, count: 4_096)
            let count = read(connection, &bytes, bytes.count)
            request = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            _ = answer.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            close(connection)
            close(listener)
        }

        /// What was asked, once the answer is out.
        func finish() -> String {
            pthread_join(thread, nil)
            return request
        }
    }

    @Test("the body of an answer is fetched with one plain request")
    func body() throws {
        let server = try OneAnswer("HTTP/1.1 200 OK\r\nX: y\r\n\r\nnode_a 1\n")
        let bytes = try PageFetch.get("http://127.0.0.1:\(server.port)/metrics?a=b")
        #expect(String(decoding: bytes, as: UTF8.self) == "node_a 1\n")
        let request = server.finish()
        #expect(request.hasPrefix("GET /metrics?a=b HTTP/1.0\r\nHost: 127.0.0.1:\(server.port)\r\n"))
        #expect(request.hasSuffix("\r\n\r\n"))
    }

    @Test(
        "another status, or what is not HTTP, is an error that says so",
        arguments: [
            ("HTTP/1.0 503 Service Unavailable\r\n\r\nno", "answered 503 Service Unavailable"),
            ("HTTP/1.0 404\r\n\r\n", "answered 404"), ("<html>\r\n\r\n", "the answer is not HTTP"),
            ("HTTP/1.1 200 OK\r\n", "the answer is not HTTP"), ("", "the answer is not HTTP"),
        ])
    func refused(answer: String, reason: String) throws {
        let server = try OneAnswer(answer)
        let url = "http://127.0.0.1:\(server.port)"
        let error = #expect(throws: PageFetch.Failure.self) { try PageFetch.get(url) }
        #expect(error?.description == "\(url): \(reason)")
        #expect(server.finish().hasPrefix("GET / HTTP/1.0\r\n"))
    }

    @Test(
        "what is no plain http URL is refused before anything is sent",
        arguments: [
            "https://localhost/", "http://", "http:///x", "http://localhost:x/", "http://localhost:70000/", "localhost",
            "http://[::1/", "http://a\r\nX: y/", "http://a b/", "http://é/", "",
        ])
    func badURLs(url: String) {
        let error = #expect(throws: PageFetch.Failure.self) { try PageFetch.get(url) }
        #expect(error?.reason == "only http:// is known here" || error?.reason == "there is no host or no port in it")
    }
}

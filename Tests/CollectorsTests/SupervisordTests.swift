// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import FakeDaemonSupport
import KernelFiles
import Testing

@testable import Collectors

/// Where supervisord is asked, and how.
@Suite struct SupervisordTests {
    @Test(
        "a URL says where to connect to",
        arguments: [
            ("http://localhost:9001/RPC2", "localhost", 9001, "/RPC2"), ("http://10.0.0.1/x/y", "10.0.0.1", 80, "/x/y"),
            ("http://[::1]:9/RPC2", "::1", 9, "/RPC2"), ("http://[::1]/RPC2", "::1", 80, "/RPC2"),
            ("http://host", "host", 80, "/"), ("http://u:p@host:1/RPC2", "host", 1, "/RPC2"),
        ])
    func url(text: String, host: String, port: UInt16, path: String) throws {
        let endpoint = try #require(SupervisordEndpoint(text))
        #expect(endpoint.socketPath == nil)
        #expect(endpoint.host == host)
        #expect(endpoint.port == port)
        #expect(endpoint.path == path)
    }

    @Test("a UNIX socket is asked at its path")
    func unix() throws {
        let endpoint = try #require(SupervisordEndpoint("unix:///run/supervisor.sock"))
        #expect(endpoint.socketPath == "/run/supervisor.sock")
        #expect(endpoint.path == "/RPC2")
    }

    @Test(
        "what is no URL of supervisord's is refused at the start",
        arguments: [
            "", "localhost:9001", "https://localhost/RPC2", "unix://relative", "http://", "http://:9001/",
            "http://h:x/",
            "http://h:70000/", "http://h/a b", "http://h/\r\nX: y", "http://a%zz@h/",
        ])
    func noURL(text: String) {
        #expect(SupervisordEndpoint(text) == nil)
        let options = Options(given: ["collector.supervisord.url": [text]])
        let context = CollectorContext(roots: .nowhere, options: options, sources: Sources())
        #expect(throws: ConfigurationError.self) { try SupervisordCollector(context: context) }
    }

    @Test("a name and a password are sent as HTTP wants them")
    func credentials() throws {
        let endpoint = try #require(SupervisordEndpoint("http://ada:se%40cret@localhost:9001/RPC2"))
        let request = String(decoding: endpoint.request("<x/>"), as: UTF8.self)
        #expect(
            request == """
                POST /RPC2 HTTP/1.0\r
                Host: localhost\r
                Content-Type: text/xml\r
                Authorization: Basic YWRhOnNlQGNyZXQ=\r
                Content-Length: 4\r
                \r
                <x/>
                """)
    }

    @Test(
        "base64 fills what is missing of a group",
        arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")])
    func base64(text: String, encoded: String) {
        #expect(SupervisordEndpoint.base64(Array(text.utf8)) == encoded)
    }

    @Test("an answer of HTTP is taken apart, and what is none is refused")
    func http() throws {
        let answer = try SupervisordAnswer.body(of: Array("HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody\r\n\r\n".utf8))
        #expect(answer.status == 200)
        #expect(answer.body == Array("body\r\n\r\n".utf8))
        for text in ["", "HTTP/1.0 200 OK", "HTTP/1.0 200 OK\r\n", "SSH-2.0-x\r\n\r\n", "HTTP/1.0 x\r\n\r\n"] {
            #expect(throws: CollectorError.self) { try SupervisordAnswer.body(of: Array(text.utf8)) }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Pages
import Serving
import Testing

@Suite("HTTP/1 on the wire")
struct ProtocolTests {
    @Test("a connection serves many requests")
    func keepAlive() throws {
        let server = try TestServer(StubRenderer(.fromAnotherThread(.page(Array("up 1\n".utf8)))))
        let client = try server.client()
        for _ in 0..<200 { #expect(client.get("/metrics")?.text == "up 1\n") }
    }

    @Test("pipelined requests are answered in order", arguments: [true, false])
    func pipelined(atOnce: Bool) throws {
        let page = PageAnswer.page(Array("up 1\n".utf8))
        let server = try TestServer(StubRenderer(atOnce ? .atOnce(page) : .fromAnotherThread(page)))
        let client = try server.client()
        let paths = ["/metrics", "/-/healthy", "/nothing", "/-/ready"]
        let count = 400
        let requests = (0..<count).map { "GET \(paths[$0 % 4]) HTTP/1.1\r\nHost: test\r\n\r\n" }
        #expect(client.send(requests.joined()))
        for index in 0..<count {
            let answer = try #require(client.response())
            let expected = [
                "up 1\n", "ok\n", "nothing here; there are /, /metrics, /-/healthy and /-/ready\n", "ready\n",
            ]
            #expect(answer.text == expected[index % 4])
        }
    }

    @Test("HTTP/1.0 closes, unless the client wants to keep the connection")
    func http10() throws {
        let server = try TestServer()
        let closing = try server.client()
        closing.send("GET /metrics HTTP/1.0\r\n\r\n")
        #expect(closing.response()?.headers["connection"] == "close")
        #expect(closing.readToEnd() == [])
        let keeping = try server.client()
        for _ in 0..<2 {
            keeping.send("GET /metrics HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(keeping.response()?.headers["connection"] == "keep-alive")
        }
    }

    @Test(
        "Connection: close and a change of protocol end the connection",
        arguments: ["close", "upgrade\r\nUpgrade: h2c"])
    func close(value: String) throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("GET /metrics HTTP/1.1\r\nHost: test\r\nConnection: \(value)\r\n\r\nGET / HTTP/1.1\r\n")
        let answer = try #require(client.response())
        #expect(answer.status == 200)
        #expect(answer.headers["connection"] == "close")
        #expect(client.readToEnd() == [])
    }

    @Test("a client that has closed its sending side still gets its answers")
    func halfClose() throws {
        let server = try TestServer(StubRenderer(.fromAnotherThread(.page(Array("up 1\n".utf8)))))
        let client = try server.client()
        let request = "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n"
        client.send(request + request)
        client.finishSending()
        #expect(client.response()?.text == "up 1\n")
        #expect(client.response()?.text == "up 1\n")
        #expect(client.readToEnd() == [])
    }

    @Test("the body of a GET is read and ignored")
    func body() throws {
        let server = try TestServer()
        let client = try server.client()
        let headers = "Content-Length: 60000\r\n"
        client.send("GET /metrics HTTP/1.1\r\nHost: test\r\n\(headers)\r\n" + String(repeating: "x", count: 60_000))
        #expect(client.response()?.text == "up 1\n")
        client.send("GET /metrics HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
        #expect(client.response()?.text == "up 1\n")
        #expect(client.get("/-/healthy")?.text == "ok\n")
    }

    @Test("a body that is too large is refused")
    func largeBody() throws {
        let server = try TestServer()
        let client = try server.client()
        let body = String(repeating: "x", count: 200_000)
        client.send("GET /metrics HTTP/1.1\r\nHost: test\r\nContent-Length: 200000\r\n\r\n\(body)")
        let answer = try #require(client.response())
        #expect(answer.status == 413)
        #expect(answer.headers["connection"] == "close")
    }

    @Test("who waits for a word before the body gets the final answer")
    func expectContinue() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("POST /metrics HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        let answer = try #require(client.response())
        #expect(answer.status == 405)
        #expect(answer.headers["connection"] == "close")
    }

    @Test(
        "what is no request is refused and the connection closed",
        arguments: [
            ("nonsense\r\n\r\n", 400), ("\u{16}\u{3}\u{1}\u{2}\r\n", 400), ("GET /metrics HTTP/1.1\r\n\r\n", 400),
            ("GET /metrics HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
            ("GET /metrics HTTP/2.0\r\nHost: a\r\n\r\n", 505),
            ("GET /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
            ("GET /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
        ])
    func badRequest(bytes: String, status: Int) throws {
        let server = try TestServer()
        let client = try server.client()
        client.send(bytes)
        #expect(client.response()?.status == status)
        #expect(try server.client().get("/-/healthy")?.status == 200)
    }

    @Test("a valid request is answered before the nonsense behind it")
    func nonsenseBehind() throws {
        let server = try TestServer(StubRenderer(.fromAnotherThread(.page(Array("up 1\n".utf8)))))
        let client = try server.client()
        client.send("GET /metrics HTTP/1.1\r\nHost: test\r\n\r\nnonsense\r\n\r\n")
        #expect(client.response()?.text == "up 1\n")
        #expect(client.response()?.status == 400)
        #expect(client.readToEnd() == [])
    }

    @Test("a head that is too large or has too many fields is refused")
    func largeHead() throws {
        let server = try TestServer()
        let large = try server.client()
        large.send("GET /metrics HTTP/1.1\r\nHost: test\r\nX-Large: \(String(repeating: "x", count: 17_000))\r\n\r\n")
        #expect(large.response()?.status == 431)
        let endless = try server.client()
        endless.send("GET /" + String(repeating: "x", count: 60_000))
        #expect(endless.response()?.status == 431)
        let many = try server.client()
        let fields = (0..<101).map { "X-\($0): y\r\n" }.joined()
        many.send("GET /metrics HTTP/1.1\r\nHost: test\r\n\(fields)\r\n")
        #expect(many.response()?.status == 431)
        let enough = try server.client()
        #expect(enough.get("/metrics", headers: (0..<99).map { "X-\($0): y\r\n" }.joined())?.status == 200)
    }
}

// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import Testing

@testable import Serving

@Suite("Reading requests")
struct RequestReaderTests {
    private static func head(
        _ target: String = "/", version: HTTPVersion = .http1_1, headers: HTTPHeaders = ["Host": "test"]
    ) -> HTTPServerRequestPart {
        .head(HTTPRequestHead(version: version, method: .GET, uri: target, headers: headers))
    }

    private static func body(_ count: Int) -> HTTPServerRequestPart {
        .body(ByteBuffer(repeating: 0x61, count: count))
    }

    /// What comes of parts: targets of requests, and statuses of refusals.
    private static func arrivals(_ reader: inout RequestReader, _ parts: [HTTPServerRequestPart]) -> [String] {
        parts.compactMap { part in
            switch reader.take(part, now: 0) {
            case .request(let request): request.target
            case .refusal(let response): "\(response.status.rawValue)"
            case nil: nil
            }
        }
    }

    @Test("a request arrives with its end, and the next one behind it")
    func requests() {
        var reader = RequestReader(bodyLimit: 10)
        #expect(Self.arrivals(&reader, [Self.head("/a")]) == [])
        #expect(!reader.isQuiet)
        #expect(!reader.hasArrivals)
        #expect(Self.arrivals(&reader, [Self.body(10), .end(nil), Self.head("/b"), .end(nil)]) == ["/a", "/b"])
        #expect(reader.isQuiet)
        #expect(reader.hasArrivals)
        #expect(!reader.hasCutShort)
    }

    @Test("what comes behind the last request is thrown away, and nobody is cut short")
    func lastRequest() {
        var reader = RequestReader(bodyLimit: 10)
        let last = Self.head("/a", headers: ["Host": "test", "Connection": "close"])
        #expect(Self.arrivals(&reader, [last, .end(nil), Self.head("/b"), .end(nil)]) == ["/a"])
        #expect(!reader.hasCutShort)
    }

    @Test("a body beyond the limit is refused once, counted for each request by itself")
    func largeBody() {
        var reader = RequestReader(bodyLimit: 10)
        let fits = [Self.head("/a"), Self.body(6), .end(nil)]
        #expect(Self.arrivals(&reader, fits + fits) == ["/a", "/a"])
        let parts = [Self.head("/b"), Self.body(6), Self.body(6), Self.body(6), .end(nil), Self.head("/c"), .end(nil)]
        #expect(Self.arrivals(&reader, parts) == ["413"])
        #expect(reader.hasCutShort)
    }

    @Test("who waits for a word before the body gets the answer at once, as the last one")
    func expectContinue() {
        var reader = RequestReader(bodyLimit: 10)
        let head = Self.head("/a", headers: ["Host": "test", "Expect": "100-continue"])
        guard case .request(let request)? = reader.take(head, now: 0) else {
            Issue.record("the request did not arrive")
            return
        }
        #expect(!request.keepsAlive)
        #expect(reader.hasCutShort)
        #expect(Self.arrivals(&reader, [Self.body(5), .end(nil)]) == [])
    }

    @Test("only the first refusal is one")
    func refusals() {
        var reader = RequestReader(bodyLimit: 10)
        guard case .refusal? = reader.refuse(.text(.badRequest, "a")) else {
            Issue.record("the refusal did not arrive")
            return
        }
        if case .some = reader.refuse(.text(.badRequest, "b")) { Issue.record("a second refusal arrived") }
        #expect(reader.hasArrivals)
    }

    @Test("the first request is timed from the connection's start, later ones from their first byte")
    func times() {
        var reader = RequestReader(bodyLimit: 10)
        reader.begin(100)
        reader.endRead(now: 150)
        #expect(!reader.isQuiet)
        #expect(reader.since == 100)
        _ = reader.take(Self.head(), now: 160)
        _ = reader.take(.end(nil), now: 170)
        reader.endRead(now: 180)
        #expect(reader.since == 100)
        #expect(reader.isQuiet)
        // The next head comes in two pieces.
        reader.endRead(now: 200)
        #expect(reader.since == 200)
        _ = reader.take(Self.head(), now: 210)
        #expect(reader.since == 200)
        _ = reader.take(.end(nil), now: 220)
        reader.endRead(now: 230)
        // And one that comes whole.
        _ = reader.take(Self.head(), now: 300)
        #expect(reader.since == 300)
    }
}

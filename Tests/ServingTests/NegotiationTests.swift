// SPDX-License-Identifier: Apache-2.0

import Exposition
import Testing

@testable import Serving

@Suite("Negotiation")
struct NegotiationTests {
    private static let prometheus242 =
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
    private static let prometheus35 =
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
        + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
        + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"

    @Test(
        "the format follows the Accept header",
        arguments: [
            (prometheus242, PageFormat.openMetrics),
            (prometheus35, .openMetrics),
            ("text/plain;version=0.0.4;q=1,*/*;q=0.1", .text),
            ("text/plain; version=0.0.4", .text),
            ("*/*", .text),
            ("", .text),
            (";;;,,,=\"", .text),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", .text),
            ("application/openmetrics-text", .openMetrics),
            ("APPLICATION/OpenMetrics-Text ; Version=\"1.0.0\" ; Q=0.9", .openMetrics),
            ("application/openmetrics-text;version=0.0.1", .openMetrics),
            ("application/openmetrics-text;version=2.0.0", .text),
            ("application/openmetrics-text;q=0", .text),
            ("application/openmetrics-text;q=0, */*", .text),
            ("application/openmetrics-text;q=nan, text/plain", .text),
            ("application/openmetrics-text;q=1.5", .text),
            ("application/openmetrics-text;q=0.3,text/plain;q=0.4", .text),
            ("application/openmetrics-text;q=0.4,text/plain;q=0.3", .openMetrics),
            ("application/openmetrics-text,text/plain", .openMetrics),
            ("text/plain,application/openmetrics-text", .text),
            ("application/openmetrics-text;q=0.5,text/*", .text),
            ("application/*", .openMetrics),
            ("text/plain;version=1.0.0", .text),
            ("application/openmetrics-text;version=\"1.0.0\\", .text),
        ])
    func accept(header: String, expected: PageFormat) {
        var accept = AcceptHeader()
        accept.add(header)
        #expect(accept.format == expected, "\(header)")
    }

    @Test("no bytes in a header or a query can trap the parsers")
    func fuzz() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("gzip*/,;=q01.9\"\\ version%[]&collectexclude+\t\u{e9}".unicodeScalars)
        let routes = ServerLoop.routes(telemetryPath: "/metrics")
        for _ in 0..<20_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...24, using: &generator) {
                text.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)])
            }
            var accept = AcceptHeader()
            accept.add(String(text))
            var encoding = AcceptEncoding()
            encoding.add(String(text))
            _ = try? CollectorQuery.choice(of: Substring("collect[]=" + String(text)))
            #expect(ScrapeTimeout.nanoseconds(header: String(text), limit: 1_000_000_000) <= 1_000_000_000)
            _ = routes.match(path: Substring(String(text)), method: .get, isAuthenticated: false)
        }
    }

    @Test("several Accept headers count as one")
    func severalAcceptHeaders() {
        var accept = AcceptHeader()
        accept.add("text/plain;q=0.5")
        accept.add("application/openmetrics-text;q=0.6")
        #expect(accept.format == .openMetrics)
    }

    @Test(
        "compression follows the Accept-Encoding header",
        arguments: [
            ("gzip", true), ("", false), ("identity", false), ("deflate, gzip, br", true), ("gzip;q=0", false),
            ("GZIP;q=0.001", true), ("x-gzip", true), ("gzip;q=0.5, identity;q=0.8", false), ("*", false),
            ("identity;q=0, *", true), ("gzip;q=0, *", false), ("gzip;q=x", false), ("gzipped", false),
        ])
    func acceptEncoding(header: String, expected: Bool) {
        var encoding = AcceptEncoding()
        encoding.add(header)
        #expect(encoding.wantsGzip == expected, "\(header)")
    }

    @Test(
        "the scraper's time-out shortens the configured one and never lengthens it",
        arguments: [
            (nil, 5_000), ("10", 5_000), ("10.000000", 5_000), ("2", 1_500), ("0.55", 100), ("0.1", 100), ("1e0", 500),
            ("0", 5_000), ("-3", 5_000), ("nan", 5_000), ("inf", 5_000), ("1e999", 5_000), ("ten", 5_000), ("", 5_000),
        ] as [(String?, UInt64)])
    func scrapeTimeout(header: String?, milliseconds: UInt64) {
        let result = ScrapeTimeout.nanoseconds(header: header, limit: 5_000_000_000)
        #expect((result + 500_000) / 1_000_000 == milliseconds, "\(header ?? "none")")
    }

    @Test("OpenMetrics, gzip and the deadline reach the renderer and the answer")
    func endToEnd() throws {
        let page = [UInt8](repeating: 0x61, count: 300_000)
        let server = try TestServer(StubRenderer(.fromAnotherThread(.page(page))))
        let client = try server.client()
        let before = monotonicNow()
        let headers =
            "Accept: \(Self.prometheus35)\r\nAccept-Encoding: gzip\r\n"
            + "X-Prometheus-Scrape-Timeout-Seconds: 3\r\n"
        for _ in 0..<3 {
            let answer = try #require(client.get("/metrics", headers: headers))
            #expect(answer.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8")
            #expect(answer.headers["content-encoding"] == "gzip")
            #expect(answer.body.count < 10_000)
            #expect(gunzip(answer.body) == page)
        }
        #expect(client.get("/metrics")?.body == page)
        let request = try #require(server.renderer.state.withLock { $0.requests.first })
        #expect(request.format == .openMetrics)
        #expect(request.deadlineNanoseconds >= before + 2_500_000_000)
        #expect(request.deadlineNanoseconds < monotonicNow() + 2_500_000_000)
    }

    @Test("pages that do not compress, and empty ones, survive gzip")
    func incompressible() throws {
        var noise: [UInt8] = []
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<100_000 { noise.append(UInt8.random(in: 0...255, using: &generator)) }
        for page in [noise, []] {
            let server = try TestServer(StubRenderer(.atOnce(.page(page))))
            let answer = try server.client().get("/metrics", headers: "Accept-Encoding: gzip\r\n")
            #expect(gunzip(try #require(answer).body) == page)
        }
    }

    @Test("dates read as HTTP wants them")
    func dates() {
        #expect(HTTPDate.format(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(HTTPDate.format(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.format(1_709_164_799) == "Wed, 28 Feb 2024 23:59:59 GMT")
        #expect(HTTPDate.format(1_709_251_199) == "Thu, 29 Feb 2024 23:59:59 GMT")
        #expect(HTTPDate.format(4_102_444_800) == "Fri, 01 Jan 2100 00:00:00 GMT")
        #expect(HTTPDate.format(-5) == "Thu, 01 Jan 1970 00:00:00 GMT")
    }
}

// SPDX-License-Identifier: Apache-2.0

import Pages
import Serving
import Testing

@Suite("Routes and statuses")
struct RoutesTests {
    @Test("the metrics come with their type and length")
    func metrics() throws {
        let server = try TestServer()
        let answer = try #require(try server.client().get("/metrics"))
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(answer.headers["content-length"] == "5")
        #expect(answer.headers["vary"] == "Accept, Accept-Encoding")
        #expect(answer.headers["server"] == nil)
        #expect(answer.headers["content-encoding"] == nil)
        #expect(answer.headers["date"]?.hasSuffix(" GMT") == true)
        #expect(answer.text == "up 1\n")
    }

    @Test("HEAD of the metrics says the same without running a collection")
    func headOfMetrics() throws {
        let server = try TestServer()
        let client = try server.client()
        let answer = try #require(client.get("/metrics", method: "HEAD", headers: "Accept-Encoding: gzip\r\n"))
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(answer.headers["content-encoding"] == "gzip")
        #expect(server.renderer.state.withLock { $0.requests.isEmpty })
        #expect(client.get("/metrics")?.text == "up 1\n")
    }

    @Test("health and readiness answer")
    func health() throws {
        let server = try TestServer()
        let client = try server.client()
        #expect(client.get("/-/healthy")?.text == "ok\n")
        #expect(client.get("/-/ready")?.status == 200)
        let head = try #require(client.get("/-/healthy", method: "HEAD"))
        #expect(head.headers["content-length"] == "3")
        #expect(client.get("/-/healthy")?.status == 200)
    }

    @Test("an unknown path is told which paths exist")
    func notFound() throws {
        let server = try TestServer()
        let client = try server.client()
        for path in ["/metrics/", "/-/", "/%zz", "/metricsx", "*", "//", "/..%2f"] {
            let answer = try #require(client.get(path))
            #expect(answer.status == 404, "\(path)")
            #expect(answer.text.contains("/metrics, /-/healthy and /-/ready"))
        }
    }

    @Test(
        "other methods are refused with the methods that are served", arguments: ["POST", "PUT", "OPTIONS", "DELETE"])
    func methodNotAllowed(method: String) throws {
        let server = try TestServer()
        let answer = try #require(try server.client().get("/metrics", method: method))
        #expect(answer.status == 405)
        #expect(answer.headers["allow"] == "GET, HEAD")
        #expect(answer.text.contains("GET"))
        #expect(server.renderer.state.withLock { $0.requests.isEmpty })
    }

    @Test("escaped and absolute targets lead to the same place")
    func targets() throws {
        let server = try TestServer()
        let client = try server.client()
        for target in ["/%6Detrics", "http://test:9100/metrics", "/metrics?", "/metrics?x=y&&=&collect"] {
            #expect(client.get(target)?.text == "up 1\n", "\(target)")
        }
        #expect(client.get("http://test")?.headers["content-type"] == "text/html; charset=utf-8")
    }

    @Test("collectors are chosen by decoded, repeatable keys")
    func selection() throws {
        let server = try TestServer()
        let client = try server.client()
        for query in ["", "collect[]=cpu&collect%5B%5D=arp&collect[]=cpu", "exclude[]=a+b%2Bc", "unknown=%zz"] {
            #expect(client.get("/metrics?\(query)")?.status == 200, "\(query)")
        }
        let choices = server.renderer.state.withLock { $0.requests.map(\.choice) }
        #expect(choices == [.all, .only(["arp", "cpu"]), .except(["a b+c"]), .all])
    }

    @Test("collect and exclude together, and broken escapes, are refused")
    func badSelection() throws {
        let server = try TestServer()
        let client = try server.client()
        for query in ["collect[]=a&exclude[]=b", "collect[]=%zz", "collect[]=%4"] {
            #expect(client.get("/metrics?\(query)")?.status == 400, "\(query)")
        }
        #expect(server.renderer.state.withLock { $0.requests.isEmpty })
    }

    @Test("what the renderer refuses is status 400 with its words")
    func refused() throws {
        let server = try TestServer(StubRenderer(.fromAnotherThread(.refused("unknown collector: x"))))
        let answer = try #require(try server.client().get("/metrics?collect[]=x"))
        #expect(answer.status == 400)
        #expect(answer.text == "unknown collector: x\n")
    }

    @Test("the landing page escapes what it shows and links the paths")
    func landingPage() throws {
        let report = CollectorReport(
            name: "<b>", isDefault: false, state: .failed, reason: "\"a\" & 'b'")
        let server = try TestServer(StubRenderer(reports: [report])) {
            $0.telemetryPath = "/it's"
            $0.productName = "<agent>"
            $0.version = "1.2"
        }
        let answer = try #require(try server.client().get("/"))
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
        #expect(!answer.text.contains("{{"))
        #expect(answer.text.contains("<title>&lt;agent&gt; 1.2</title>"))
        #expect(answer.text.contains("<a href=\"/it&#39;s\">"))
        #expect(answer.text.contains("<a href=\"/-/healthy\">"))
        #expect(answer.text.contains("<td>&lt;b&gt;</td><td>yes (by flag)</td><td>failed</td>"))
        #expect(answer.text.contains("&quot;a&quot; &amp; &#39;b&#39;"))
    }

    @Test("the landing page tells what is off from what has not been scraped, and what a flag changed")
    func collectorsOnLandingPage() throws {
        let reports = [
            CollectorReport(name: "arp", isDefault: true, state: .ok, reason: ""),
            CollectorReport(name: "cpu", isDefault: true, isEnabled: true),
            CollectorReport(name: "dmi", isDefault: true, isEnabled: false),
            CollectorReport(name: "wifi", isDefault: false, isEnabled: false),
        ]
        let server = try TestServer(StubRenderer(reports: reports))
        let text = try #require(try server.client().get("/")).text
        #expect(text.contains("<p>2 of 4 are enabled.</p>"))
        #expect(text.contains("<tr class=\"ok\"><td>arp</td><td>yes</td><td>ok</td><td></td></tr>"))
        #expect(text.contains("<td>cpu</td><td>yes</td><td>not scraped yet</td>"))
        #expect(text.contains("<tr class=\"off\"><td>dmi</td><td>no (by flag)</td><td>off</td>"))
        #expect(text.contains("<td>wifi</td><td>no</td><td>off</td>"))
    }

    @Test("with the telemetry path / there is no landing page")
    func telemetryPathRoot() throws {
        let server = try TestServer { $0.telemetryPath = "/" }
        let client = try server.client()
        #expect(client.get("/")?.text == "up 1\n")
        #expect(client.get("/metrics")?.text == "nothing here; there are /, /-/healthy and /-/ready\n")
    }
}

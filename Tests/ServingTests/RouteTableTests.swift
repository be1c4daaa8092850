// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Serving

@Suite("The table of routes")
struct RouteTableTests {
    private static func row(
        _ path: String, _ summary: String = "", _ methods: [Request.Method] = [.get],
        for audience: Route.Audience = .anyone
    ) -> Route {
        Route(path, methods, for: audience, summary) { _, _ in }
    }

    /// What a request leads to: the row's summary, or the status and the text of the refusal.
    private static func result(
        _ table: RouteTable, _ path: String, _ method: Request.Method = .get, isAuthenticated: Bool = false
    ) -> String {
        switch table.match(path: path[...], method: method, isAuthenticated: isAuthenticated) {
        case .route(let route): route.summary
        case .refusal(let response): "\(response.status.rawValue) \(response.headers)\(response.body)"
        }
    }

    @Test("a path leads to its row, escaped or not, and to no other")
    func paths() {
        let table = RouteTable([Self.row("/a", "first"), Self.row("/a b", "second")])
        #expect(Self.result(table, "/a") == "first")
        #expect(Self.result(table, "/%61") == "first")
        #expect(Self.result(table, "/a%20b") == "second")
        for path in ["/", "/a/", "/A", "/a%2520b", "/%", ""] {
            #expect(Self.result(table, path) == "404 nothing here; there are /a and /a b\n", "\(path)")
        }
    }

    @Test("a path that stands twice belongs to its first row")
    func firstRowWins() {
        let table = RouteTable([Self.row("/a", "first"), Self.row("/a", "second")])
        #expect(table.rows.map(\.summary) == ["first"])
        #expect(Self.result(table, "/a") == "first")
    }

    @Test("a method that is served nowhere is refused before the path, one that is served elsewhere behind it")
    func methods() {
        let table = RouteTable([Self.row("/a", "", [.get, .head]), Self.row("/b", "", [.get])])
        let everywhere = "405 Allow: GET, HEAD\r\nonly GET and HEAD are served here\n"
        #expect(Self.result(table, "/a", .other) == everywhere)
        #expect(Self.result(table, "/nothing", .other) == everywhere)
        #expect(Self.result(table, "/nothing", .head).hasPrefix("404 "))
        #expect(Self.result(table, "/b", .head) == "405 Allow: GET\r\nonly GET is served here\n")
    }

    @Test("a row for authenticated clients is shown to no other")
    func audience() {
        let table = RouteTable([Self.row("/a", "open"), Self.row("/b", "secret", for: .authenticated)])
        #expect(Self.result(table, "/b") == "403 only authenticated clients may see this\n")
        #expect(Self.result(table, "/b", isAuthenticated: true) == "secret")
        #expect(Self.result(table, "/a") == "open")
        #expect(Self.result(table, "/a", isAuthenticated: true) == "open")
    }

    @Test(
        "the path of the metrics is the user's choice and hides what else would be there",
        arguments: [
            ("/metrics", ["/", "/metrics", "/-/healthy", "/-/ready"]), ("/", ["/", "/-/healthy", "/-/ready"]),
            ("/-/healthy", ["/", "/-/healthy", "/-/ready"]),
        ])
    func telemetryPath(path: String, expected: [String]) {
        let table = ServerLoop.routes(telemetryPath: path)
        #expect(table.rows.map(\.path) == expected)
        #expect(Self.result(table, path) == "the metrics")
    }
}

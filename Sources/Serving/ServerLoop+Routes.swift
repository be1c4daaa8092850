// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Pages

extension ServerLoop {
    /// Every path of the server.
    ///
    /// A page more is a row more: it is found, guarded, linked from the landing page and named to who misses it.
    ///
    /// - Parameter telemetryPath: where the metrics are; with `/` there is no landing page.
    /// - Returns: the table, in the order in which paths are shown to people.
    static func routes(telemetryPath: String) -> RouteTable {
        let read: [Request.Method] = [.get, .head]
        var rows = [
            Route(telemetryPath, read, for: .anyone, "the metrics") { $0.answerMetrics($1) },
            Route("/-/healthy", read, for: .anyone, "the process answers") { $0.answerHealthy($1) },
            Route("/-/ready", read, for: .anyone, "it listens on all its addresses") { $0.answerReady($1) },
        ]
        if telemetryPath != "/" {
            rows.insert(Route("/", read, for: .anyone, "this page") { $0.answerLandingPage($1) }, at: 0)
        }
        return RouteTable(rows)
    }

    /// Answers a request, at once or when its page is there.
    func answer(_ request: Request, on connection: Connection) {
        if let problem = request.problem { return connection.reply(.text(.badRequest, problem), to: request) }
        let (path, query) = request.pathAndQuery
        let isAuthenticated = isAuthenticated(request)
        switch routes.match(path: path, method: request.method, isAuthenticated: isAuthenticated) {
        case .route(let route):
            route.handler(self, Exchange(request: request, query: query, connection: connection))
        case .refusal(let response):
            connection.reply(response, to: request)
        }
    }

    /// Whether the request's client has proved who it is: the one place that checks it.
    ///
    /// False for everybody, because there is nothing yet to prove it with.
    private func isAuthenticated(_ request: Request) -> Bool { false }

    private func answerLandingPage(_ exchange: Exchange) {
        exchange.reply(
            .html(LandingPage.html(configuration, routes: routes.rows, reports: renderer.collectorReports())))
    }

    private func answerHealthy(_ exchange: Exchange) {
        exchange.reply(.text(.ok, "ok"))
    }

    private func answerReady(_ exchange: Exchange) {
        exchange.reply(isReady ? .text(.ok, "ready") : .text(.serviceUnavailable, "not ready"))
    }

    private func answerMetrics(_ exchange: Exchange) {
        let (request, connection) = (exchange.request, exchange.connection)
        var choice = CollectorChoice.all
        if let query = exchange.query {
            do throws(CollectorQuery.Problem) {
                choice = try CollectorQuery.choice(of: query)
            } catch {
                return exchange.reply(.text(.badRequest, error.text))
            }
        }
        if request.method == .head { return connection.replyWithPageHead(to: request) }
        if let limit = configuration.maxRequests, scrapesInFlight >= limit {
            let text = "\(limit) scrapes are running, and no more are allowed at once"
            return exchange.reply(.text(.serviceUnavailable, text, headers: "Retry-After: 1\r\n"))
        }
        let timeout = ScrapeTimeout.nanoseconds(header: request.scrapeTimeout, limit: timeouts.scrape)
        let deadline = NIODeadline.now().uptimeNanoseconds &+ timeout
        let delivery = PageDelivery(server: self, connection: connection, request: request)
        connection.wait(for: delivery, request: request, until: deadline)
        scrapesInFlight += 1
        let bound = NIOLoopBound(delivery, eventLoop: loop.eventLoop)
        let page = PageRequest(choice: choice, format: request.format, deadlineNanoseconds: deadline)
        renderer.render(page) { [loop] answer in
            loop.execute { bound.value.deliver(answer) }
        }
        watchTimer.ask()
    }
}
